"""The mark: a C2PA manifest in a file, written last, over everything that the file is by then."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import partial
from io import BytesIO

import msgspec
from c2pa import Builder, Context, Reader, Signer
from cryptography import x509

from gateway.marks.credentials.hashed import can_sign_around, signed_around
from gateway.marks.credentials.manifest import Plan, Source, plan_manifest, read_manifest
from gateway.marks.credentials.places import (
    BYTES,
    EMBEDDED,
    TEXTS,
    Seen,
    damage,
    gif_room,
    jpeg_room,
    look,
    may_hold_manifest,
    mp3_room,
    obstacle,
    png_chunks,
    png_room,
    tiff_room,
)
from gateway.marks.credentials.signing import Signing
from gateway.marks.credentials.texts import (
    FAULTS,
    TextManifest,
    text_manifests,
    text_room,
    text_source,
)
from gateway.marks.credentials.toolbox import Toolbox
from gateway.nouns.mark import MarkFamily, Receipt
from gateway.nouns.media import MediaFormat
from gateway.ports.mark import Claim, ClaimState
from gateway.wire.manifest_place import ManifestPlaceError, Room, manifest_places, without
from gateway.wire.media_type import sniff

_ROUNDS = 8
"""How often a manifest is made until the place that it leaves out is as long as it is (twice, if
the last one had another length), and until it suits the place: a third of those in plain text do
not, and what then stands there some readers call invalid. So it is not given up early, be it that a
time stamp authority is asked each time: one text in two thousand gets so far."""

Make = Callable[[Builder, Signer], bytes]
Rooms = Callable[[int], Room | None]


class CredentialError(ValueError):
    """Nothing could be signed; the message is one word."""


class Credentials:
    """Signs files, and reads what others signed; a FileMark.

    A manifest that the file came with becomes the parent of ours, by the file as it came
    (``claim.original``): marks that were put on since would have made it invalid.
    """

    name = "credential"
    family = MarkFamily.CREDENTIAL
    formats = frozenset(MediaFormat)

    def __init__(self, signing: Signing) -> None:
        self._signing = signing
        self._tools = Toolbox(signing)
        self._serial: int | None = None
        self._more = 3072
        if signing.certificate:
            self._serial = x509.load_pem_x509_certificate(signing.certificate).serial_number

    def stamp(self, content: bytes, claim: Claim) -> tuple[bytes, Receipt]:
        """Return the signed file (see gateway.ports.mark.Mark)."""
        if not self._signing.certificate:
            return content, self._receipt("not_possible", "no_certificate")
        seen = sniff(content)
        found = claim.format or seen
        if found is None or ({found, seen} & EMBEDDED and found is not seen):
            return content, self._receipt("failed", "unknown_format")
        if found in TEXTS:
            return self._stamp_text(content, found, claim)
        file = look(content, found)
        if unfit := self._unfit(file):
            return content, unfit
        holds = may_hold_manifest(content, found)
        if holds and self._is_ours(self._claim_in(content, found.mime), claim):
            return content, self._receipt("written", "it was there")
        try:
            signed, detail = self._signed(file, claim)
        except CredentialError as error:
            return content, self._receipt("failed", str(error))
        if not self._is_ours(self._claim_in(signed, found.mime), claim) or damage(signed, found):
            return content, self._receipt("failed", "not_read_back")
        return signed, self._receipt("written", detail)

    def verify(self, content: bytes) -> list[Claim]:
        """Return the claim of the active manifest, if it says that the content is generated.

        Intact: trusted under our anchors. Untrusted: valid, but nobody we know vouches for the
        signer, or it is a trial certificate. Altered: content or manifest changed afterwards.
        Bound: the signature is by our own certificate.
        """
        claims = [each._replace(bound=False) for each in self._read(content)]
        own = self._tools.own_context() if len(claims) == 1 and claims[0].exchange else None
        if own is None:
            return claims
        bound = any(each.bound for each in self._read(content, own))
        return [claims[0]._replace(bound=bound)]

    def _read(self, content: bytes, context: Context | None = None) -> list[Claim]:
        file = look(content)
        if file.found in EMBEDDED:
            claim = None if file.many else self._claim_in(content, file.media, context=context)
            return [claim] if claim else []
        held = text_manifests(content, context or self._tools.context())
        return [claim for each in held if (claim := self._claim_of(each))]

    def beside(self, content: bytes, claim: Claim) -> bytes:
        """Return the manifest for a file in which it has no place (see BesideMark).

        None stands beside a file that has one inside: readers would believe that one.
        """
        file = look(content)
        found = claim.format or file.found
        if found is None or manifest_places(content) or self._has_manifest(file):
            return b""
        try:
            return self._sidecar(file, found.mime, claim)
        except CredentialError:
            return b""

    def sidecar(self, content: bytes, mime: str, claim: Claim) -> bytes:
        """Return a manifest to be kept beside a file of any media type.

        It is read back. A file that the library cannot walk through is hashed as bytes; so is one
        (FLAC) in which it leaves a place out of the hash where nothing of ours stands. Raises
        CredentialError.
        """
        return self._sidecar(look(content), mime, claim)

    def _sidecar(self, file: Seen, mime: str, claim: Claim) -> bytes:
        if not self._signing.certificate:
            raise CredentialError("no_certificate")
        content, plan = file.content, self._plan(look(claim.original), claim)
        for media in _as_what(file, mime):
            try:
                manifest = self._sign(plan, _beside(content, media))[0]
            except CredentialError:
                continue
            if self._is_ours(self._claim_in(content, media, manifest), claim):
                return manifest
        raise CredentialError("not_signed")

    def verify_sidecar(self, content: bytes, mime: str, manifest: bytes) -> list[Claim]:
        """Return the claim of a manifest that came beside a file."""
        ways = _as_what(look(content), mime)
        found = [self._claim_in(content, each, manifest) for each in ways]
        whole = [each for each in found if each and each.state is not ClaimState.ALTERED]
        return [*whole, *(each for each in found if each)][:1]

    def _unfit(self, file: Seen) -> Receipt | None:
        """Return why a file cannot be signed; None if it can."""
        if reason := obstacle(file):
            return self._receipt("not_possible", reason)
        reason = damage(file.content, file.found) if file.found else ""
        return self._receipt("failed", reason) if reason else None

    def _stamp_text(
        self, content: bytes, found: MediaFormat, claim: Claim
    ) -> tuple[bytes, Receipt]:
        """Return the signed text. Only one manifest may be there. One of ours gives way; another's
        that was whole as the file came becomes the parent, and one that was not stays alone."""
        held = text_manifests(content, self._tools.context())
        if any(self._is_ours(self._claim_of(each), claim) for each in held):
            return content, self._receipt("written", "it was there")
        if not can_sign_around():
            return content, self._receipt("not_possible", "no_place_in_format")
        plan = self._plan(None, claim)
        if any(each.signer != self._serial for each in held):
            parent = text_source(claim.original or content, found, self._tools.context())
            if not parent.manifest:
                return content, self._receipt("not_possible", "other_manifest")
            plan = plan_manifest(claim, [parent, *map(self._source, map(look, claim.sources))])
        try:
            room = text_room(without(content, [each.place for each in held]), found)
            made = self._around(plan, lambda _: room)
        except ManifestPlaceError as error:
            return content, self._receipt("not_possible", str(error))
        except CredentialError as error:
            return content, self._receipt("failed", str(error))
        if made is None:
            return content, self._receipt("failed", "not_signed")
        signed, timed = made
        read = self._read(signed)
        if len(read) != 1 or not self._is_ours(read[0], claim):
            return content, self._receipt("failed", "not_read_back")
        return signed, self._receipt("written", "" if timed else "no_time_stamp")

    def _around(self, plan: Plan, rooms: Rooms) -> tuple[bytes, bool] | None:
        """Return the file with a manifest in its room, and False if a time stamp is missing; None
        if there is no room in which it fits.

        How long the manifest is, and so what the hash leaves out, is known when it is made: tried
        first is how much longer than what it says the last one was. Its bytes differ each time, by
        its id and signature.
        """
        says = len(msgspec.json.encode(plan.definition))
        says += sum(len(each.source.manifest) for each in plan.ingredients)
        hashed, digest = None, hashlib.sha256()
        made: tuple[bytes, bool] | None = None
        timed = True
        for _ in range(_ROUNDS):
            length = says + self._more
            room = rooms(length)
            if room is None:
                break
            if room is not hashed:
                hashed, digest = room, hashlib.sha256(room.before)
                digest.update(room.behind)
            place = (len(room.before), len(room.write(bytes(length))))
            make = partial(signed_around, digest=digest.digest(), place=place)
            manifest, timed = self._sign(plan, make, asks=timed)
            self._more = len(manifest) - says
            written = room.write(manifest)
            if len(written) == place[1]:
                made = b"".join((room.before, written, room.behind)), timed
                if room.suits(written):
                    break
        return made

    def _claim_of(self, held: TextManifest) -> Claim | None:
        return read_manifest(held.report, self._serial, state=held.state)

    def _plan(self, opened: Seen | None, claim: Claim) -> Plan:
        """Return what to sign. ``opened`` became this file; it counts if it has a manifest."""
        files = [opened] if opened and self._has_manifest(opened) else []
        files += map(look, claim.sources)
        return plan_manifest(claim, map(self._source, files))

    def _source(self, file: Seen) -> Source:
        if file.media != BYTES:
            return Source(file.content, file.media)
        return text_source(file.content, file.found, self._tools.context())

    def _signed(self, file: Seen, claim: Claim) -> tuple[bytes, str]:
        content, found = file.content, file.found
        assert found is not None
        opened = look(claim.original) if claim.original not in (b"", content) else file
        plan = self._plan(opened, claim)
        rooms = _rooms(content, found) if can_sign_around() else None
        around = self._around(plan, rooms) if rooms else None
        signed, timed = around or self._sign(plan, _inside(content, found.mime))
        details = [] if timed else ["no_time_stamp"]
        if around is None and found is MediaFormat.PNG and b"eXIf" in png_chunks(content):
            details.append("before_exif")
        return signed, ", ".join(details)

    def _sign(self, plan: Plan, make: Make, *, asks: bool = True) -> tuple[bytes, bool]:
        """Return what is made, and False if the time stamp that is set is missing.

        An authority that cannot be reached does not keep a file from being signed; without
        ``asks`` it is not asked.
        """
        wanted = bool(self._signing.timestamp_url)
        for timed in (True, False) if wanted and asks else (False,):
            try:
                signed = self._built(plan, make, timed=timed)
            except FAULTS:
                continue
            return signed, timed or not wanted
        raise CredentialError("not_signed")

    def _built(self, plan: Plan, make: Make, *, timed: bool) -> bytes:
        with Builder(plan.definition, self._tools.context()) as builder:
            for identifier, relation, source in plan.ingredients:
                told: dict[str, object] = {"title": identifier, "relationship": relation}
                told["instance_id"] = identifier
                if source.manifest:
                    where = {"format": "application/c2pa", "identifier": identifier}
                    told |= {"format": source.media, "manifest_data": where}
                    told["validation_results"] = source.results
                    builder.add_resource(identifier, BytesIO(source.manifest))
                builder.add_ingredient(told, source.media, BytesIO(source.content))
            return make(builder, self._tools.signer(timed=timed))

    def _has_manifest(self, file: Seen) -> bool:
        found, content = file.found, file.content
        if found is None or found not in EMBEDDED or not may_hold_manifest(content, found):
            return False
        if file.many:
            return True  # nobody looked
        try:
            reader = Reader.try_create(found.mime, BytesIO(content), context=self._tools.context())
        except FAULTS:
            return False
        if reader is None:
            return False
        reader.close()
        return True

    def _claim_in(
        self,
        content: bytes,
        mime: str,
        manifest: bytes | None = None,
        *,
        context: Context | None = None,
    ) -> Claim | None:
        try:
            reader = Reader.try_create(
                mime, BytesIO(content), manifest, context=context or self._tools.context()
            )
            if reader is None:
                return None
            with reader:
                return read_manifest(reader.json(), self._serial)
        except FAULTS:
            return None

    @staticmethod
    def _is_ours(found: Claim | None, claim: Claim) -> bool:
        return (
            found is not None
            and found.exchange == claim.exchange
            and found.state is not ClaimState.ALTERED
            and found.detail != "other_signer"
        )

    def _receipt(self, status: str, detail: str = "") -> Receipt:
        return Receipt(self.name, status, detail)


def _as_what(file: Seen, mime: str) -> tuple[str, ...]:
    """Return the media types as which a file beside a manifest is to be read: its own where the
    library can walk through it in good time, then bytes."""
    return (BYTES,) if file.many else (mime, BYTES)


def _rooms(content: bytes, found: MediaFormat) -> Rooms | None:
    """Return what gives a manifest's room by its size; None where the library finds the place."""
    if found in {MediaFormat.PNG, MediaFormat.GIF}:
        room = png_room(content) if found is MediaFormat.PNG else gif_room(content)
        return lambda _: room
    by_size = {
        MediaFormat.JPEG: jpeg_room, MediaFormat.MP3: mp3_room, MediaFormat.TIFF: tiff_room,
    }.get(found)  # fmt: skip
    return partial(by_size, content) if by_size else None


def _inside(content: bytes, mime: str) -> Make:
    """Return what signs a file in its own place."""

    def make(builder: Builder, signer: Signer) -> bytes:
        out = BytesIO()
        builder.sign(signer, mime, BytesIO(content), out)
        return out.getvalue()

    return make


def _beside(content: bytes, mime: str) -> Make:
    """Return what makes a manifest beside a file."""

    def make(builder: Builder, signer: Signer) -> bytes:
        builder.set_no_embed()
        return bytes(builder.sign(signer, mime, BytesIO(content), BytesIO()))

    return make
