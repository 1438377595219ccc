"""An OpenID provider on loopback: device flow, PKCE, client credentials, rotation, expiry, revocation, and bad days.

It is strict where a provider is: a code and a refresh token are good once; an old refresh token that is shown again ends
the whole sign-in (RFC 9700 4.14.2), and so does a code (RFC 6749 4.1.2); a form says each thing once, is sent as one, and
names who asks (RFC 6749 3.2); an application proves who it is (4.4). What is laxer has to be asked for. `now` is the test's
clock; `HABITS` are what known providers do, with their words.
"""

import base64
import hashlib
import http.server
import itertools
import json
import ssl
import threading
import urllib.parse
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Self

REFRESH, DEVICE = "refresh_token", "urn:ietf:params:oauth:grant-type:device_code"


@dataclass
class Session:
    """One person's sign-in, from the first token to its end."""

    user: str
    began: datetime
    refresh: str = ""
    used: datetime | None = None
    revoked: bool = False
    dead: bool = False  # by an old refresh token shown again
    scope: str = ""
    answers: int = 0


@dataclass
class Bad:
    """A bad day of the token endpoint: `status` with that body, or silence."""

    status: int = 503
    body: bytes = b"<html>sorry</html>"
    retry_after: str | None = None
    hang: bool = False


@dataclass
class Provider:
    """Use as `with Provider(now=…) as provider`."""

    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    client_id: str = "triaged-tests"
    client_secret: str | None = None
    user: str = "dana"  # who signs in in the browser
    life: timedelta = timedelta(hours=1)
    disuse: timedelta = timedelta(days=90)
    testing: timedelta | None = None  # sign-ins live so long, as for a Google app in testing
    rotates: bool = True
    reuse_ends: bool = True  # False: an old refresh token stays good (Microsoft)
    grants_refresh: bool = True
    ends: timedelta | None = None  # so long after the sign-in it ends, used or not, and the answers say so
    says_end: str = "never"  # "sign-in": once, then not; "always": what is left; "sliding": the same figure each time
    grants: str | None = None  # the scopes that are granted; None: what was asked for
    odd: dict[str, Any] = field(default_factory=dict)  # put over each token answer; None takes a field out
    published: dict[str, str] = field(default_factory=dict)  # put over what discovery says
    words: str = "AADSTS50173: The provided grant has expired. Trace ID: 0 Correlation ID: 1"
    device_says: dict[str, str] | None = None  # instead of a code
    bad: Bad | None = None
    holds_back: threading.Event | None = None  # what was asked is done, and the answer waits for this
    asked: Counter[str] = field(default_factory=Counter)  # token requests by grant type
    introspected: int = 0
    sessions: list[Session] = field(default_factory=list)
    requests: list[dict[str, str]] = field(default_factory=list)
    pending: int = 1  # device: how often "authorization_pending" is said
    slow_down: int = 0
    declines: bool = False
    interval: int = 1
    context: ssl.SSLContext | None = None
    _tokens: dict[str, tuple[Session, datetime]] = field(default_factory=dict)
    _refresh: dict[str, Session] = field(default_factory=dict)
    _codes: dict[str, dict[str, str]] = field(default_factory=dict)
    _spent: dict[str, Session] = field(default_factory=dict)
    _devices: dict[str, tuple[str, str]] = field(default_factory=dict)  # who types it, for which scope
    _numbers: Any = field(default_factory=lambda: itertools.count(1))
    _lock: Any = field(default_factory=threading.RLock)
    _released: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Self:
        provider = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                provider.get(self)

            def do_POST(self) -> None:
                length = int(self.headers.get("Content-Length", "0"))
                said = urllib.parse.parse_qsl(self.rfile.read(length).decode(), strict_parsing=True)
                kind = self.headers.get("Content-Type")
                if kind != "application/x-www-form-urlencoded" or len(dict(said)) != len(said):
                    provider._say(self, 400, {"error": "invalid_request", "error_description": "no such form"})
                else:
                    provider.post(self, dict(said))

            def log_message(self, *_: object) -> None:
                """Silence."""

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        if self.context is not None:
            self._server.socket = self.context.wrap_socket(self._server.socket, server_side=True)
        self._server.daemon_threads = True
        self._server.block_on_close = False
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._released.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"{'https' if self.context else 'http'}://127.0.0.1:{self._server.server_port}"

    @property
    def introspection(self) -> str:
        """What Dovecot asks about a token."""
        return self.url + "/introspect/"

    # --- what a test does to it -----------------------------------------------------------------------------------

    def revoke(self, user: str) -> None:
        """The person, or an administrator, ends all sign-ins of this user; access tokens too."""
        for session in self.sessions:
            if session.user == user:
                session.revoked = True

    def restore(self, user: str) -> None:
        """And takes it back."""
        for session in self.sessions:
            if session.user == user:
                session.revoked = False

    def forget_access_tokens(self) -> None:
        """Access tokens end before their time (a changed password, a restart)."""
        self._tokens.clear()

    # --- what it does ---------------------------------------------------------------------------------------------

    def get(self, handler: Any) -> None:
        parts = urllib.parse.urlsplit(handler.path)
        query = dict(urllib.parse.parse_qsl(parts.query))
        if parts.path == "/.well-known/openid-configuration":
            self._say(handler, 200, {
                "issuer": self.url, "token_endpoint": self.url + "/token", "authorization_endpoint": self.url + "/authorize",
                "device_authorization_endpoint": self.url + "/device",
            } | self.published)  # fmt: skip
        elif parts.path == "/authorize":
            self._authorize(handler, query)
        elif parts.path.startswith("/introspect/"):
            self.introspected += 1
            token = handler.headers.get("Authorization", "").removeprefix("Bearer ")
            owner = self.owner(token)
            self._say(handler, 200, {"active": owner is not None, "username": owner} if owner else {"active": False})
        else:
            self._say(handler, 404, {})

    def post(self, handler: Any, form: dict[str, str]) -> None:
        path = urllib.parse.urlsplit(handler.path).path
        with self._lock:
            self.requests.append(form)
            if path == "/token":
                self.asked[form.get("grant_type", "")] += 1
            bad = self.bad if path == "/token" else None
        if bad is not None:
            self._have_a_bad_day(handler, bad)
        elif path == "/device":
            self._device(handler, form)
        else:
            with self._lock:
                status, told = self._token(form)
            if self.holds_back is not None:
                self.holds_back.wait(60)
            self._say(handler, status, told)

    def owner(self, token: str) -> str | None:
        """Whose access token it is; None: nobody's (any more)."""
        found = self._tokens.get(token)
        if found is None or found[1] <= self.now() or found[0].revoked:
            return None
        return found[0].user

    def _have_a_bad_day(self, handler: Any, bad: Bad) -> None:
        if bad.hang:
            self._released.wait(60)
            return
        handler.send_response(bad.status)
        if bad.retry_after:
            handler.send_header("Retry-After", bad.retry_after)
        handler.send_header("Content-Length", str(len(bad.body)))
        handler.end_headers()
        handler.wfile.write(bad.body)

    def _authorize(self, handler: Any, query: dict[str, str]) -> None:
        """The person signs in and says yes, or no."""
        assert query["response_type"] == "code"
        assert query["code_challenge_method"] == "S256"
        if self.declines:
            told = {"error": "access_denied", "state": query["state"]}
        else:
            code = f"code{next(self._numbers)}"
            self._codes[code] = query
            told = {"code": code, "state": query["state"]}
        handler.send_response(302)
        handler.send_header("Location", query["redirect_uri"] + "?" + urllib.parse.urlencode(told))
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    def _device(self, handler: Any, form: dict[str, str]) -> None:
        assert form["client_id"] == self.client_id
        if self.device_says is not None:
            self._say(handler, 400 if "error" in self.device_says else 200, self.device_says)
            return
        code = f"device{next(self._numbers)}"
        self._devices[code] = (self.user, form.get("scope", ""))
        self._say(handler, 200, {
            "device_code": code, "user_code": "WDJB-MJHT", "verification_uri": self.url + "/activate",
            "expires_in": "900", "interval": self.interval,
        })  # fmt: skip

    def _token(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        if form.get("client_id") != self.client_id or (
            self.client_secret is not None and form.get("client_secret") != self.client_secret
        ):
            return 401, {"error": "invalid_client", "error_description": "AADSTS7000215: Invalid client secret."}
        match form.get("grant_type"):
            case "authorization_code":
                return self._by_code(form)
            case "refresh_token":
                return self._by_refresh(form)
            case "client_credentials":
                return self._as_application()
            case grant if grant == DEVICE:
                return self._by_device(form)
            case _:
                return 400, {"error": "unsupported_grant_type"}

    def _as_application(self) -> tuple[int, dict[str, Any]]:
        if self.client_secret is None:
            return 400, {"error": "unauthorized_client", "error_description": "it proves nothing"}
        return 200, self._granted(Session(self.user, self.now()), refresh=False)

    def _by_code(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        asked = self._codes.pop(form.get("code", ""), None)
        if (spent := self._spent.get(form.get("code", ""))) is not None:
            spent.dead = True
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        if (
            asked is None
            or asked["redirect_uri"] != form.get("redirect_uri")
            or asked["code_challenge"] != challenge.decode().rstrip("=")
        ):
            return 400, {"error": "invalid_grant", "error_description": "that code is not good"}
        session = self._spent[form["code"]] = self._begin(self.user)
        session.scope = asked.get("scope", "")
        return 200, self._granted(session)

    def _by_device(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        if form.get("device_code", "") not in self._devices:
            return 400, {"error": "expired_token"}
        if self.declines:
            return 400, {"error": "authorization_declined", "error_description": "no, thank you"}
        if self.slow_down:
            self.slow_down -= 1
            return 400, {"error": "slow_down"}
        if self.pending:
            self.pending -= 1
            return 400, {"error": "authorization_pending"}
        user, scope = self._devices.pop(form["device_code"])
        session = self._begin(user)
        session.scope = scope
        return 200, self._granted(session)

    def _by_refresh(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        shown = form.get("refresh_token", "")
        session = self._refresh.get(shown)
        if session is not None and self.rotates and self.reuse_ends and shown != session.refresh:
            session.dead = True
        over = session is None or session.dead or session.revoked or self._is_over(session)
        if over:
            return 400, {
                "error": "invalid_grant",
                "error_description": self.words,
            }
        assert session is not None
        return 200, self._granted(session)

    def _is_over(self, session: Session) -> bool:
        now = self.now()
        used = session.used or session.began
        lived = now - session.began
        return now - used > self.disuse or any(life is not None and lived > life for life in (self.testing, self.ends))

    def _begin(self, user: str) -> Session:
        self.sessions.append(Session(user, self.now()))
        return self.sessions[-1]

    def _granted(self, session: Session, *, refresh: bool = True) -> dict[str, Any]:
        number = next(self._numbers)
        access = f"access-{session.user}-{number}"
        self._tokens[access] = (session, self.now() + self.life)
        session.used = self.now()
        told: dict[str, Any] = {
            "access_token": access, "token_type": "Bearer", "expires_in": round(self.life.total_seconds()),
        }  # fmt: skip
        if refresh and self.grants_refresh and (self.rotates or not session.refresh):
            session.refresh = told["refresh_token"] = f"refresh-{session.user}-{number}"
            self._refresh[session.refresh] = session
        scope = session.scope if self.grants is None else self.grants
        told |= ({"scope": scope} if scope else {}) | self._end(session, first=session.answers == 0) | self.odd
        session.answers += 1
        return {name: value for name, value in told.items() if value is not None}

    def _end(self, session: Session, *, first: bool) -> dict[str, int]:
        """What is said of when the sign-in ends."""
        life = self.ends or self.testing
        if life is None or self.says_end == "never" or (self.says_end == "sign-in" and not first):
            return {}
        left = life if self.says_end == "sliding" else session.began + life - self.now()
        return {"refresh_token_expires_in": max(0, round(left.total_seconds()))}

    def _say(self, handler: Any, status: int, told: dict[str, Any]) -> None:
        body = json.dumps(told).encode()
        handler.send_response(status)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)


HABITS: dict[str, dict[str, Any]] = {
    # https://developers.google.com/identity/protocols/oauth2#expiration; the answers of an app in testing say what is left
    "google-testing": {
        "testing": timedelta(days=7), "says_end": "always", "rotates": False, "disuse": timedelta(days=182),
        "words": "Token has been expired or revoked.",
    },
    "google": {"rotates": False, "disuse": timedelta(days=182), "words": "Token has been expired or revoked."},
    # https://learn.microsoft.com/entra/identity-platform/refresh-tokens: rotated, the old ones are not revoked
    "microsoft": {"reuse_ends": False, "disuse": timedelta(days=90)},
    "microsoft-application": {"grants_refresh": False, "client_secret": "the first"},
}  # fmt: skip
"""By name, how known providers differ: `Provider(now=…, **HABITS["google"])`."""
