"""TLS on the yard's network: an authority of the agent's own, which tablets are told to trust, and its certificate.

The authority is good for private addresses and names under .local, for nothing else: whoever steals its key cannot
pretend to be a site of the internet. It stays for ten years, so that a tablet is told once; the certificate that it
signs is renewed by the agent itself.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from app.weighbridge.agent_files import pem, write_whole
from app.weighbridge.agent_settings import PRIVATE_DOMAIN, PRIVATE_NETWORKS

AUTHORITY_VALID: Final = timedelta(days=3650)
# Browsers refuse certificates that are good for longer than 398 days.
CERTIFICATE_VALID: Final = timedelta(days=397)
RENEW_BEFORE: Final = timedelta(days=60)
# A common name has at most 64 bytes.
_LONGEST_LABEL: Final = 36
# A tablet's clock may be behind.
_CLOCKS_APART: Final = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class CertificateFiles:
    """The files that a server needs, and the authority's certificate that a tablet needs."""

    chain: Path
    key: Path
    authority: Path


def certificate_files(folder: Path) -> CertificateFiles:
    """Return where the files lie, whether they are there or not."""
    return CertificateFiles(folder / "tls.crt", folder / "tls.key", folder / "ca.crt")


def renew_certificate(folder: Path, hosts: tuple[str, ...], *, label: str, today: datetime) -> bool:
    """See to it that the folder holds a certificate for these hosts (addresses, names) which does not end soon.

    Makes the authority, if there is none or it has ended. Returns whether anything was made.
    """
    files = certificate_files(folder)
    authority = _kept_authority(folder, today)
    made = authority is None
    if authority is None:
        authority = _new_authority(folder, label, today)
    # It cannot be before the authority was made: then the clock is wrong, and dates are not looked at.
    dated = today >= authority.certificate.not_valid_before_utc
    if not made and _still_good(files, hosts, today if dated else None):
        return False
    _new_certificate(files, hosts, authority, today)
    return True


def fingerprint(certificate_path: Path) -> str:
    """Return the SHA-256 of the certificate as Android and Windows show it."""
    certificate = x509.load_pem_x509_certificate(certificate_path.read_bytes())
    return certificate.fingerprint(hashes.SHA256()).hex(":").upper()


def authority_der(folder: Path) -> bytes:
    """Return the authority's certificate as tablets take it."""
    certificate = x509.load_pem_x509_certificate(certificate_files(folder).authority.read_bytes())
    return certificate.public_bytes(serialization.Encoding.DER)


@dataclass(frozen=True, slots=True)
class _Authority:
    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey


def _kept_authority(folder: Path, today: datetime) -> _Authority | None:
    certificate_path, key_path = certificate_files(folder).authority, folder / "ca.key"
    if not certificate_path.exists() or not key_path.exists():
        return None
    certificate = x509.load_pem_x509_certificate(certificate_path.read_bytes())
    key = serialization.load_pem_private_key(key_path.read_bytes(), password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey) or certificate.public_key() != key.public_key():
        return None
    ends_in_time = certificate.not_valid_after_utc - today > CERTIFICATE_VALID
    return _Authority(certificate, key) if ends_in_time else None


def _new_authority(folder: Path, label: str, today: datetime) -> _Authority:
    key = ec.generate_private_key(ec.SECP256R1())
    plain = label.encode("ascii", "ignore").decode()[:_LONGEST_LABEL]
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Strawline scale {plain} {today:%Y-%m-%d}")])
    permitted: list[x509.GeneralName] = [x509.IPAddress(network) for network in PRIVATE_NETWORKS]
    permitted.append(x509.DNSName(PRIVATE_DOMAIN))
    certificate = (
        _builder(name, name, key.public_key(), today, AUTHORITY_VALID)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_key_usage(signs_certificates=True), critical=True)
        .add_extension(x509.NameConstraints(permitted_subtrees=permitted, excluded_subtrees=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    write_whole(folder / "ca.key", pem(key))
    write_whole(certificate_files(folder).authority, certificate.public_bytes(serialization.Encoding.PEM))
    return _Authority(certificate, key)


def _new_certificate(files: CertificateFiles, hosts: tuple[str, ...], authority: _Authority, today: datetime) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    # Not the host: OpenSSL takes a common name that looks like one for a name that the authority must permit.
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Strawline scale")])
    issuer = authority.certificate.subject
    certificate = (
        _builder(name, issuer, key.public_key(), today, CERTIFICATE_VALID)
        .add_extension(x509.SubjectAlternativeName(_general_names(hosts)), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_key_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key()), critical=False)
        .sign(authority.key, hashes.SHA256())
    )
    write_whole(files.key, pem(key))
    write_whole(files.chain, certificate.public_bytes(serialization.Encoding.PEM))


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, today: datetime, valid: timedelta
) -> x509.CertificateBuilder:
    begins = today - _CLOCKS_APART
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(begins + valid)
    )


def _still_good(files: CertificateFiles, hosts: tuple[str, ...], today: datetime | None) -> bool:
    if not files.chain.exists() or not files.key.exists():
        return False
    certificate = x509.load_pem_x509_certificate(files.chain.read_bytes())
    key = serialization.load_pem_private_key(files.key.read_bytes(), password=None)
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    fits = certificate.public_key() == key.public_key() and list(names) == _general_names(hosts)
    if today is None:
        return fits
    begins, ends = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    return fits and begins <= today and ends - today > RENEW_BEFORE


def _general_names(hosts: tuple[str, ...]) -> list[x509.GeneralName]:
    return [_general_name(host) for host in hosts]


def _general_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _key_usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )
