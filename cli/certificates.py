"""The names in a TLS certificate, by which the web server may be asked."""

from __future__ import annotations

from pathlib import Path

from cryptography import x509

from gate.errors import SettingsError


def names_in(certificate: Path) -> frozenset[str]:
    """Host names and addresses of the first certificate in this PEM file. Raises SettingsError."""
    try:
        parsed = x509.load_pem_x509_certificate(certificate.read_bytes())
        found = parsed.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (OSError, ValueError, x509.ExtensionNotFound) as error:
        raise SettingsError(
            f"{certificate} is no certificate that names this server (PEM, with a subject "
            "alternative name)."
        ) from error
    addresses = (
        f"[{address}]" if ":" in str(address) else str(address)
        for address in found.get_values_for_type(x509.IPAddress)
    )
    names = (name.lower() for name in found.get_values_for_type(x509.DNSName))
    return frozenset((*names, *addresses))
