"""What can go wrong with a certificate, each with a sentence a person can read."""


class CertificateError(Exception):
    """The parent of every error raised by this library."""


class MalformedDocumentError(CertificateError):
    """The bytes are not a document this library reads."""


class CanonicalizationError(CertificateError):
    """The document has no safe canonical form, so it can neither be signed nor verified."""


class ContextError(CertificateError):
    """A JSON-LD context is missing, unknown, or not the one that was pinned."""


class KeyMaterialError(CertificateError):
    """A key is unreadable, unsafe, or not the kind of key this library signs with."""


class StatusListError(CertificateError):
    """A status list cannot be read, or does not answer for the certificate asked about."""


class RenderingError(CertificateError):
    """The page cannot be drawn so that every text is whole and inside its box."""


class ExtractionError(CertificateError):
    """No credential could be taken out of the file."""
