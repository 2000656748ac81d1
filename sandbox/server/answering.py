"""From a request to an answer: who asks, about which account, with which key, and what of it."""

import base64
import binascii
import hashlib
import itertools
import json
import re
import secrets
import threading
import traceback
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Any

from sandbox import ids
from sandbox.engine import Books, Refusal, World
from sandbox.engine.errors import invalid
from sandbox.engine.world import DAY
from sandbox.objects import API_VERSION
from sandbox.objects.methods import Object
from sandbox.server import params, registry
from sandbox.server.delivery import Delivery
from sandbox.server.expand import expanded
from sandbox.server.faults import Faults
from sandbox.server.registry import Call, Page

VERSION = re.compile(r"^\d{4}-\d{2}-\d{2}(\.[a-z_]+)?(; ?[\w_=; ]+)?$")
KEY = re.compile(r"^[\x20-\x7e]{1,255}$")


@dataclass
class Request:
    """What came over the wire."""

    method: str
    path: str
    query: str
    headers: dict[str, str]  # by name in lower case
    body: bytes


@dataclass
class Response:
    """
    What goes back.

    :ivar hangs: instead of it, nothing is said for so many seconds.
    :ivar breaks: instead of it, the connection breaks.
    """

    status: int
    body: bytes
    type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)
    hangs: float = 0.0
    breaks: bool = False


class Answering:
    """All that answers: the world, what is remembered for keys, faults, delivery."""

    def __init__(self, world: World, delivery: Delivery | None = None) -> None:
        self.world = world
        self.faults = Faults()
        self.delivery = delivery or Delivery(world)
        self.changed = threading.Event()  # there is something to save
        self._under_way: set[tuple[str | None, str]] = set()
        self._gate = threading.Lock()
        self._run_of = secrets.token_hex(8)  # request ids are made without waiting for the world
        self._asked = itertools.count()

    def answer(self, request: Request) -> Response:
        """Return the answer to a request, whatever it is."""
        request_id = self._request_id()
        headers = {"Request-Id": request_id, "Stripe-Version": API_VERSION}
        try:
            response = self._answer(request, request_id)
        except Refusal as refusal:
            response = written(refusal, request_id)
        except Exception as error:  # noqa: BLE001  whatever it is, a client gets an answer
            response = written(broken(f"The sandbox failed: {error!r}"), request_id)
            traceback.print_exc()
        response.headers = headers | response.headers
        return response

    def _request_id(self) -> str:
        return ids.make("req", self._run_of, next(self._asked))

    def _answer(self, request: Request, request_id: str) -> Response:
        found = registry.find(request.method, request.path)
        ours = not is_api(request.path)
        if ours:
            check_same_site(request)
        public = False if ours else is_public(key_of(request))
        if not found:
            raise Refusal(
                f"Unrecognized request URL ({request.method}: {request.path}). Please see "
                "https://stripe.com/docs or we can help at https://support.stripe.com/.",
                status=404,
                began=False,
            )
        route, named = found
        if public and not route.public:
            raise Refusal(
                "This API call cannot be made with a publishable API key. Please use a secret API "
                "key. You can find a list of your API keys at "
                "https://dashboard.stripe.com/account/apikeys.",
                status=401,
                code="secret_key_required",
                began=False,
            )
        version = request.headers.get("stripe-version")
        if version and not VERSION.match(version):
            raise Refusal(f"Invalid Stripe API version: {version}", began=False)
        given, files = self._given(request)
        account = request.headers.get("stripe-account")
        books = self.world.connected(account) if account else self.world.books(None)
        call = Call(
            world=self.world,
            books=books,
            params=given,
            ids=named,
            path=request.path,
            public=public or ours,
            files=files,
            version=version,
            server=self,
        )
        if ours:
            try:
                return self._run(route, call, (request_id, None))
            finally:
                self._told(request.method)
        fault = None if public else self.faults.next()
        if request.method != "POST":
            return self._without_key(route, call, fault, request_id)
        key = request.headers.get("idempotency-key")
        if key is None:
            return self._without_key(route, call, fault, request_id)
        if not KEY.match(key):
            raise invalid("Idempotency keys must be 1 to 255 characters long.", "Idempotency-Key")
        return self._with_key(route, call, key, fault, request, request_id)

    # What was sent -----------------------------------------------------------

    def _given(self, request: Request) -> tuple[Object, dict[str, tuple[str, bytes]]]:
        found = params.unfold(request.query)
        kind = request.headers.get("content-type", "")
        files: dict[str, tuple[str, bytes]] = {}
        try:
            if kind.startswith("multipart/form-data"):
                more, files = parts_of(kind, request.body)
            elif kind.startswith("application/json"):
                more = json.loads(request.body or b"{}")
                if not isinstance(more, dict):
                    raise ValueError("not an object")
            else:
                more = params.unfold(request.body.decode())
        except (ValueError, UnicodeDecodeError) as error:
            raise Refusal(f"Invalid request: {error}", began=False) from error
        return found | more, files

    # Doing it ----------------------------------------------------------------

    def _run(self, route: registry.Route, call: Call, asked: tuple[str, str | None]) -> Response:
        """Check the parameters, do it, and show what came of it."""
        given = dict(call.params)
        wanted = given.pop("expand", None)
        if isinstance(wanted, str):
            wanted = [wanted]
        call.params = params.check(given, route.takes)
        with self.world.lock:
            self.world.request = asked
            try:
                made = route.answers(call)
                if isinstance(made, Page):
                    body, kind, status = made.body, made.type, made.status
                    response = Response(status, body, kind, dict(made.headers))
                else:
                    shown = expanded(call.books, made or {}, wanted or [])
                    response = Response(200, json.dumps(shown).encode())
            finally:
                self.world.request = (None, None)
        return response

    def _without_key(
        self, route: registry.Route, call: Call, fault: str | None, request_id: str
    ) -> Response:
        if early := self._before(fault):
            return early
        try:
            response = self._run(route, call, (request_id, None))
        except Refusal as refusal:
            response = written(refusal, request_id)
        finally:
            self._told(route.method)
        return self._after(fault, response)

    def _told(self, method: str) -> None:
        if self.world.outbox:
            self.delivery.take()
        if method != "GET":
            self.changed.set()

    def _with_key(
        self,
        route: registry.Route,
        call: Call,
        key: str,
        fault: str | None,
        request: Request,
        request_id: str,
    ) -> Response:
        """Do it once for a key, and answer what was answered then to whoever asks again."""
        account = call.books.account
        print_ = fingerprint(request, call)
        with self._gate:
            if (account, key) in self._under_way or fault == "409":
                raise in_use(key)
            self._under_way.add((account, key))
        try:
            known = self._known(call.books, key)
            fails = known is None or not (fault or "").startswith("500")
            if fails and (early := self._before(fault)):
                if fault == "500_before":
                    self._remember(call.books, key, print_, request, early, request_id)
                return early
            if known:
                if fault == "500_after":
                    fault = None
                return self._after(fault, replayed(known, key, print_, request))
            remember = True
            try:
                response = self._run(route, call, (request_id, key))
            except Refusal as refusal:
                response, remember = written(refusal, request_id), refusal.began
            finally:
                self._told("POST")
            if fault == "500_after" and remember:
                response = written(broken(), request_id)
            if remember:
                self._remember(call.books, key, print_, request, response, request_id)
            response.headers["Idempotency-Key"] = key
            return self._after(None if fault == "500_after" else fault, response)
        finally:
            with self._gate:
                self._under_way.discard((account, key))

    def _known(self, books: Books, key: str) -> Object | None:
        with self.world.lock:
            known = books.keys.get(key)
            if known and known["at"] < self.world.now - DAY:
                del books.keys[key]
                return None
            return known

    def _remember(
        self,
        books: Books,
        key: str,
        print_: str,
        request: Request,
        response: Response,
        request_id: str,
    ) -> None:
        with self.world.lock:
            books.keys[key] = {
                "at": self.world.now,
                "path": request.path,
                "print": print_,
                "status": response.status,
                "body": response.body.decode(),
                "request": request_id,
            }

    # What goes wrong ---------------------------------------------------------

    def _before(self, fault: str | None) -> Response | None:
        """Return what is answered instead of doing it."""
        match fault:
            case "429":
                raise Refusal(
                    "Request rate limit exceeded. You can learn more about rate limits here "
                    "https://stripe.com/docs/rate-limits.",
                    status=429,
                    code="rate_limit",
                    began=False,
                )
            case "409":  # where there is no key, something else is at work on the object
                raise Refusal(
                    "This object cannot be accessed right now because another API request or "
                    "Stripe process is currently accessing it. If you see this error "
                    "intermittently, retry the request.",
                    status=429,
                    code="lock_timeout",
                    began=False,
                )
            case "500_before":
                return written(broken(), self._request_id())
            case "timeout_before":
                return Response(0, b"", hangs=self.faults.hang)
            case "reset_before":
                return Response(0, b"", breaks=True)
        return None

    def _after(self, fault: str | None, response: Response) -> Response:
        match fault:
            case "500_after":
                return written(broken(), self._request_id())
            case "timeout_after":
                return Response(0, b"", hangs=self.faults.hang)
            case "reset_after":
                return Response(0, b"", breaks=True)
        return response


def is_api(path: str) -> bool:
    """Tell whether an address is one of Stripe's API, which any site's page may ask."""
    return path.startswith(("/v1/", "/v2/", "/oauth/"))


def check_same_site(request: Request) -> None:
    """
    Refuse what another site's page has a browser do here, unless it only looks.

    :raises Refusal: it is that. What is no browser says neither where it comes from, and may.
    """
    origin, site = request.headers.get("origin"), request.headers.get("sec-fetch-site", "none")
    own = f"http://{request.headers.get('host')}"
    if request.method != "GET" and (
        origin not in (None, own) or site not in ("none", "same-origin")
    ):
        raise Refusal("Another site's page may change nothing here.", status=403, began=False)


def key_of(request: Request) -> str:
    """
    Return the API key that a request comes with.

    :raises Refusal: there is none, or it is live.
    """
    given = request.headers.get("authorization", "")
    scheme, _, value = given.partition(" ")
    if scheme.lower() == "basic":
        try:
            value = base64.b64decode(value).decode().partition(":")[0]
        except (binascii.Error, UnicodeDecodeError):
            value = ""
    elif scheme.lower() != "bearer":
        value = ""
    if not value:
        # Stripe.js sends its key as a parameter.
        found = re.search(r"(?:^|&)key=(pk_test_\w+)", f"{request.query}&{request.body[:9_999]!r}")
        value = found[1] if found else ""
    if not value:
        raise unauthorized(
            "You did not provide an API key. You need to provide your API key in the Authorization "
            "header, using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY'). See "
            "https://stripe.com/docs/api#authentication for details, or we can help at "
            "https://support.stripe.com/."
        )
    return value.strip()


def is_public(key: str) -> bool:
    """
    Tell whether a key is for browsers.

    :raises Refusal: it is no test key.
    """
    if key.startswith(("sk_live_", "rk_live_", "pk_live_")):
        raise unauthorized("This sandbox takes test keys alone, and was given a live one.")
    if key.startswith("pk_test_"):
        return True
    if key.startswith(("sk_test_", "rk_test_")):
        return False
    shown = f"{key[:8]}{'*' * 8}{key[-4:]}" if len(key) > 12 else "*" * len(key)
    raise unauthorized(f"Invalid API Key provided: {shown}")


def unauthorized(message: str) -> Refusal:
    """Whoever asks is nobody."""
    return Refusal(message, status=401, began=False)


def in_use(key: str) -> Refusal:
    """Another request with this key is under way."""
    return Refusal(
        "There is currently another in-progress request using this Idempotent Key (that probably "
        "means you submitted twice, and the other request is still going through): "
        f"{key}. Please try again later.",
        status=409,
        type="idempotency_error",
        code="idempotency_key_in_use",
        began=False,
    )


def broken(message: str | None = None) -> Refusal:
    """Something went wrong at Stripe."""
    return Refusal(
        message or "An unknown error occurred while processing your request.",
        status=500,
        type="api_error",
    )


def written(refusal: Refusal, request_id: str) -> Response:
    """Return a refusal as it is answered."""
    error = refusal.error
    if refusal.status != 402 or "request_log_url" not in error:
        error = error | {"request_log_url": f"https://dashboard.stripe.com/test/logs/{request_id}"}
    body = refusal.error.get("oauth") or {"error": error}
    headers = {}
    if refusal.status in (401,):
        headers["WWW-Authenticate"] = 'Basic realm="Stripe"'
    if refusal.status in (409, 429) or refusal.status >= 500:
        headers["Stripe-Should-Retry"] = "true" if refusal.status == 409 else "false"
    if refusal.error.get("code") == "rate_limit":
        headers |= {"Stripe-Rate-Limited-Reason": "global-rate"}
        headers.pop("Stripe-Should-Retry", None)
    return Response(refusal.status, json.dumps(body).encode(), headers=headers)


def fingerprint(request: Request, call: Call) -> str:
    """Return what differs when a request does."""
    files = {name: hashlib.sha256(body).hexdigest() for name, (_, body) in call.files.items()}
    told = json.dumps([request.method, request.path, call.params, files], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()


def replayed(known: Object, key: str, print_: str, request: Request) -> Response:
    """
    Return what was answered to a key before.

    :raises Refusal: something else was asked then.
    """
    if known["path"] != request.path:
        raise Refusal(
            "Keys for idempotent requests can only be used for the same endpoint they were first "
            f"used for ('{known['path']}' vs '{request.path}'). Try using a key other than "
            f"'{key}' if you meant to execute a different request.",
            type="idempotency_error",
            began=False,
        )
    if known["print"] != print_:
        raise Refusal(
            "Keys for idempotent requests can only be used with the same parameters they were "
            f"first used with. Try using a key other than '{key}' if you meant to execute a "
            "different request.",
            type="idempotency_error",
            began=False,
        )
    headers = {
        "Idempotency-Key": key,
        "Idempotent-Replayed": "true",
        "Original-Request": known["request"],
    }
    return Response(known["status"], known["body"].encode(), headers=headers)


def parts_of(kind: str, body: bytes) -> tuple[Object, dict[str, tuple[str, bytes]]]:
    """
    Return the fields and files of a multipart form.

    :raises ValueError: it is none.
    """
    found = re.search(r'boundary="?([^";]+)"?', kind)
    if not found:
        raise ValueError("a multipart form needs a boundary")
    pairs: list[tuple[str, Any]] = []
    files = {}
    for part in body.split(b"--" + found[1].encode())[1:-1]:
        head, _, content = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        content = content.removesuffix(b"\r\n")
        named = re.search(r'[; ]name="([^"]*)"', head.decode(errors="replace"))
        filename = re.search(r'filename="([^"]*)"', head.decode(errors="replace"))
        if not named:
            continue
        if filename:
            files[named[1]] = filename[1], content
            pairs.append((named[1], filename[1]))
        else:
            pairs.append((named[1], content.decode()))
    return params.unfold_pairs(pairs), files


def date(world: World) -> str:
    """Return the Date header: by this Stripe's clock."""
    return formatdate(world.now, usegmt=True)
