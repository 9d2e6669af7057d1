"""The six nouns of the house (exchange, segment, finding, verdict, mark, record), the policy and
the errors: frozen values that everybody may know and that know nobody."""
