"""Letters that look like ASCII letters and digits, beyond what Unicode's own compatibility forms
cover, and rare Han characters that look like or stand for a common one. Written by hand after the
idea of UTS #39 (confusables). Braille letters are read as what they say.

Each word of a table is a pair: the letter, then what it looks like. Cyrillic capitals follow their
small letter, so that Cyrillic terms stay case-insensitive. Greek capitals follow their own looks (a
capital Nu looks like N, a small one like v).
"""

from __future__ import annotations

CYRILLIC = (
    "аa вb гr еe ёe кk мm нh оo рp сc тt уy хx ьb ѕs іi їi јj һh ԁd ԛq ԝw ѵv ҝk қk ңh ҥh үy ұy ҳx "
    "ҽe"
)

GREEK = (
    "ΑA ΒB ΕE ΖZ ΗH ΙI ΚK ΜM ΝN ΟO ΡP ΤT ΥY ΧX ϹC ϜF αa βb γy εe ηn ιi κk νv οo ρp σo τt υu χx "
    "ωw ϲc ϳj"
)

LATIN = (
    "ᴀa ʙb ᴄc ᴅd ᴇe ꜰf ɢg ʜh ɪi ᴊj ᴋk ʟl ᴍm ɴn ᴏo ᴘp ʀr ꜱs ᴛt ᴜu ᴠv ᴡw ʏy ᴢz "
    "øo łl đd ħh ŧt ıi ȷj ɑa ɡg ɩi ʋv ʐz ɓb ɗd ƙk ƥp ƭt ɨi ʉu ɐa ǝe ɔc ɟf ɥh ɯm ɹr ʇt ʌv ʍw ʎy "
    "ðd þp ƀb ɛe ɜe ɒa ɫl ɭl ɱm ɲn ŋn ɳn ƞn ɵo ʂs ʈt ʒz ƶz ɾr ɽr"
)

OTHER = (
    "օo սu ոn ցg հh զq յj քp բp լl Տs Սu Լl "
    "ᎠD ᎡR ᎢT ᎥI ᎩY ᎪA ᎫJ ᎬE ᎳW ᎷM ᎻH ᎽY ᏀG ᏂH ᏃZ ᏎB ᏏB ᏒR ᏔW ᏕS ᏙV ᏚS ᏞL ᏟC ᏢP ᏦK ᏧD ᏩG ᏮB ᏳG ᏴB "
    "ꓐB ꓑP ꓒD ꓓD ꓔT ꓖG ꓗK ꓙJ ꓚC ꓜZ ꓝF ꓟM ꓠN ꓡL ꓢS ꓣR ꓦV ꓧH ꓪW ꓫX ꓬY ꓮA ꓰE ꓲI ꓳO ꓴU"
)

HAN = (
    "岀出 孑子 孓子 孒子 氷冰 仌冰 囙因 囬回 囯国 囻国 囗口 毐毒 淸清 靑青 夲本 丗世 亾亡 丄上 "
    "丅下 尐少 尛小 朩木 氺水 弌一 弍二 弎三 冐冒 凨风 凮风 彔录 刄刃 凢凡 冭太 亓元 叧另 吿告 "
    "厷公 兲天 槑梅 昰是 旳的 妳你 伱你 沵你 尓尔 帐账"
)
"""Variants that OpenCC does not know as traditional ones, and look-alikes that text seldom has."""

_LETTERS = "abcdefghijklmnopqrstuvwxyz"
RUNS = (
    (0x1F130, _LETTERS),  # squared
    (0x1F150, _LETTERS),  # negative circled
    (0x1F170, _LETTERS),  # negative squared
    (0x1F1E6, _LETTERS),  # regional indicators
    (0x249C, _LETTERS),  # parenthesised
    (0x1F110, _LETTERS),
    (0x2776, "123456789"),  # dingbats
    (0x2780, "123456789"),
    (0x278A, "123456789"),
    (0x24F5, "123456789"),  # double circled
    (0x2460, "123456789"),  # circled
    (0x2474, "123456789"),  # parenthesised
    (0x2488, "123456789"),  # with full stop
    (0x1F101, "0123456789"),  # with comma
    (0x3220, "一二三四五六七八九十"),
)
"""First code point of a run, and what its members look like in order."""

BRAILLE = "⠁⠃⠉⠙⠑⠋⠛⠓⠊⠚⠅⠇⠍⠝⠕⠏⠟⠗⠎⠞⠥⠧⠺⠭⠽⠵"
"""The letters a to z."""

SINGLES = {0x24FF: "0", 0x1F10B: "0", 0x1F10C: "0", 0x24EA: "0", 0x1F100: "0", 0x1F18E: "a"}

EXPANSIONS = {"ß": "ss", "ẞ": "ss", "æ": "ae", "Æ": "ae", "œ": "oe", "Œ": "oe"}
"""Letters that read as two."""


def pairs() -> dict[int, str]:
    """Return code point -> what it looks like: one lower-case ASCII or Han character."""
    table = dict(zip(map(ord, BRAILLE), _LETTERS, strict=True))
    for words in (GREEK, LATIN, OTHER, HAN):
        table.update({ord(word[0]): word[1].lower() for word in words.split()})
    for word in CYRILLIC.split():
        table[ord(word[0])] = word[1]
        table[ord(word[0].upper())] = word[1]
    for first, letters in RUNS:
        table.update({first + offset: letter for offset, letter in enumerate(letters)})
    table.update(SINGLES)
    return table
