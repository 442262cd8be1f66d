"""What every answer tells the browser: load nothing from elsewhere, show us in no frame, keep nothing."""

from flask import Flask, Response

CONTENT = "; ".join((
    "default-src 'self'", "img-src 'self' data:", "object-src 'none'", "base-uri 'none'", "form-action 'self'",
    "frame-ancestors 'none'",
))  # fmt: skip
MICROPHONE = "camera=(), microphone=(self), geolocation=()"
"""What a page may use on which somebody speaks."""


def speaking_to(*addresses: str) -> dict[str, str]:
    """The headers of a page that has a telephone, whose exchanges are at these addresses."""
    origins = " ".join("/".join(address.split("/")[:3]) for address in addresses)
    return {"Content-Security-Policy": f"{CONTENT}; connect-src 'self' {origins}", "Permissions-Policy": MICROPHONE}


def install(app: Flask, *, secure: bool) -> None:
    """Put the headers on every answer; pages are never kept by a cache, the static files are."""

    def tell(response: Response) -> Response:
        response.headers.setdefault("Content-Security-Policy", CONTENT)
        response.headers["Referrer-Policy"] = "same-origin"
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["X-Frame-Options"] = "DENY"
        response.headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
        if secure:
            response.headers["Strict-Transport-Security"] = "max-age=31536000"
        if "Cache-Control" not in response.headers:
            response.headers["Cache-Control"] = "no-store"
        return response

    app.after_request(tell)
