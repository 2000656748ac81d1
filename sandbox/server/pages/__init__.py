"""
What people see of this Stripe: its pages, and the scripts and styles behind them.

    page("gone.html", status=404)
    page("bank.html", framed=True, goes_to="https://hotel.example", intent=intent)

Templates are Django's, and escape whatever they are given. No page holds a script or a style of
its own: all come from `/_sandbox/assets/`, as its policy says.
"""

from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

from django.template import Context, Engine

from sandbox.engine.money import DIGITS
from sandbox.server.registry import Page

HERE = Path(__file__).parent
ASSETS = HERE / "assets"
TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
ENGINE = Engine(dirs=[str(HERE / "templates")])


def page(
    template: str, *, status: int = 200, framed: bool = False, goes_to: str = "", **context: Any
) -> Page:
    """
    Return a page of HTML.

    :param framed: other sites may show it in a frame, as hotels' pages show card fields.
    :param goes_to: the site to which its form leads in the end.
    """
    body = ENGINE.get_template(template).render(Context(context))
    policy = [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "base-uri 'none'",
        f"form-action 'self' {site_of(goes_to)}".rstrip(),
        "frame-ancestors *" if framed else "frame-ancestors 'none'",
    ]
    return Page(
        body.encode(),
        status=status,
        headers={
            "Content-Security-Policy": "; ".join(policy),
            "Referrer-Policy": "same-origin",  # addresses here let in whoever knows them
            "X-Content-Type-Options": "nosniff",
        },
    )


def redirect(url: str, **more: str) -> Page:
    """Send a browser elsewhere, with these parameters beside those that the address has."""
    if more:
        parts = urlsplit(url)
        query = "&".join(filter(None, [parts.query, urlencode(more)]))
        url = urlunsplit(parts._replace(query=query))
    return Page(status=303, headers={"Location": header(url), "Referrer-Policy": "no-referrer"})


def header(value: str) -> str:
    """Return a text that can stand in a header: without what would end it."""
    return "".join(each for each in value if each.isprintable() and each != " ")


def site_of(url: str) -> str:
    """Return the scheme and host of an address, as a policy names them; empty if it has none."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or set(" ;,'\"") & set(parts.netloc):
        return ""
    return f"{parts.scheme}://{header(parts.netloc)}"


def asset(name: str) -> Page | None:
    """Return a script, a style or a picture; None if there is none of that name."""
    path = ASSETS / name
    if path.parent != ASSETS or path.suffix not in TYPES or not path.is_file():
        return None
    return Page(path.read_bytes(), type=f"{TYPES[path.suffix]}; charset=utf-8")


def money(amount: int, currency: str) -> str:
    """Return an amount as people write it, with its currency: 1,234.50 EUR."""
    digits = DIGITS.get(currency, 2)
    whole, rest = divmod(abs(amount), 10**digits)
    cents = f".{rest:0{digits}}" if digits else ""
    return f"{'−' if amount < 0 else ''}{whole:,}{cents} {currency.upper()}"
