"""Logs in to the axum-api example with OAuth 2 clients that others wrote.

    ALICE_PASSWORD=.. ADMIN_PASSWORD=.. python login.py http://127.0.0.1:3000

What it takes for granted of the example, besides its routes:

- It listens on the address in AXUM_API_LISTEN (port 0 for any free one), and
  prints `listening on http://ADDRESS` on a line of its standard output, flushed.
- AXUM_API_USERS__ALICE__PASSWORD and AXUM_API_USERS__ADMIN__PASSWORD set the
  passwords of its users `alice`, who has no role, and `admin`, who has the role
  of that name. They may hold spaces, colons and letters beyond ASCII.
- POST /token takes the password grant from a public client: with no
  `client_id`, and with `client_id=demo`. Its tokens live for over a minute,
  since authlib counts the last one as expired.
- SIGTERM ends it with exit code 0.
"""

import os
import sys

# The server is on loopback, without TLS. Read when the library is loaded.
os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"

import httpx2 as httpx
import requests
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import OAuth2Client
from oauthlib.oauth2 import InvalidGrantError, LegacyApplicationClient
from requests_oauthlib import OAuth2Session

TIMEOUT = 30
WRONG = "pässwörd: ✗"

BASE = sys.argv[1].rstrip("/") if len(sys.argv) == 2 else sys.exit(__doc__)
PASSWORDS = {
    "alice": os.environ["ALICE_PASSWORD"],
    "admin": os.environ["ADMIN_PASSWORD"],
}


def requests_oauthlib_logs_alice_in():
    session = log_in_with_requests_oauthlib("alice", PASSWORDS["alice"])

    equal(session.token["token_type"].lower(), "bearer")
    equal(session.token["expires_in"] > 0, True)
    answer = session.get(BASE + "/protected", timeout=TIMEOUT)
    equal(answer.status_code, 200)
    contains(answer.text, "Hello, alice!")


def authlib_logs_alice_in():
    session = log_in_with_authlib("alice", PASSWORDS["alice"])

    answer = session.get("/protected")

    equal(answer.status_code, 200)
    contains(answer.text, "Hello, alice!")


def alice_lacks_the_role_for_admin():
    session = log_in_with_requests_oauthlib("alice", PASSWORDS["alice"])

    equal(session.get(BASE + "/admin", timeout=TIMEOUT).status_code, 403)


def admin_has_the_role_for_admin():
    session = log_in_with_requests_oauthlib("admin", PASSWORDS["admin"])
    equal(session.get(BASE + "/admin", timeout=TIMEOUT).status_code, 200)

    session = log_in_with_authlib("admin", PASSWORDS["admin"])
    equal(session.get("/admin").status_code, 200)


def requests_oauthlib_understands_the_refusal():
    try:
        log_in_with_requests_oauthlib("alice", WRONG)
    except InvalidGrantError:
        return
    raise AssertionError("a wrong password logged in")


def authlib_understands_the_refusal():
    try:
        log_in_with_authlib("alice", WRONG)
    except OAuthError as error:
        equal(error.error, "invalid_grant")
        return
    raise AssertionError("a wrong password logged in")


def a_refusal_does_not_tell_whether_the_user_exists():
    wrong_password = ask_for_a_token("alice", WRONG)
    no_such_user = ask_for_a_token("mallory", WRONG)

    equal(wrong_password.status_code, 400)
    equal(wrong_password.json()["error"], "invalid_grant")
    contains(wrong_password.headers["Cache-Control"], "no-store")
    equal(no_such_user.status_code, 400)
    equal(no_such_user.content, wrong_password.content)


def a_request_without_a_token_is_challenged():
    answer = httpx.get(BASE + "/protected", timeout=TIMEOUT)

    equal(answer.status_code, 401)
    challenge = answer.headers["WWW-Authenticate"]
    equal(challenge.split(" ")[0], "Bearer")
    equal("error" in challenge, False)


def a_forged_token_is_invalid():
    token = ask_for_a_token("alice", PASSWORDS["alice"]).json()["access_token"]
    head, claims, signature = token.split(".")
    # The first character of a signature holds six of its bits, all of them used.
    forged = ("B" if signature[0] == "A" else "A") + signature[1:]
    bearer = {"Authorization": f"Bearer {head}.{claims}.{forged}"}

    answer = httpx.get(BASE + "/protected", headers=bearer, timeout=TIMEOUT)

    equal(answer.status_code, 401)
    contains(answer.headers["WWW-Authenticate"], 'error="invalid_token"')


def basic_takes_each_user():
    for user, password in PASSWORDS.items():
        answer = httpx.get(BASE + "/basic", auth=(user, password), timeout=TIMEOUT)
        equal(answer.status_code, 200)
        contains(answer.text, user)


def basic_refuses_a_wrong_password_in_either_encoding():
    for encoding in ["utf-8", "latin-1"]:
        # The library takes bytes as they are, and text as Latin-1.
        credentials = (b"alice", "pässwörd: x".encode(encoding))
        answer = requests.get(BASE + "/basic", auth=credentials, timeout=TIMEOUT)
        equal(answer.status_code, 401)
        challenge = answer.headers["WWW-Authenticate"]
        equal(challenge.split(" ")[0], "Basic")
        contains(challenge, "realm=")
        contains(challenge, 'charset="UTF-8"')


def log_in_with_requests_oauthlib(user, password):
    session = OAuth2Session(client=LegacyApplicationClient(client_id=None))
    session.fetch_token(
        BASE + "/token", username=user, password=password, timeout=TIMEOUT
    )
    return session


def log_in_with_authlib(user, password):
    session = OAuth2Client(
        # The library's own method for public clients, "none", adds `client_id`
        # to the form, and breaks on a form with letters beyond ASCII.
        token_endpoint_auth_method=lambda client, method, *unchanged: unchanged,
        base_url=BASE,
        timeout=TIMEOUT,
    )
    session.fetch_token(
        BASE + "/token",
        grant_type="password",
        client_id="demo",
        username=user,
        password=password,
    )
    return session


def ask_for_a_token(user, password):
    form = {"grant_type": "password", "username": user, "password": password}
    return httpx.post(BASE + "/token", data=form, timeout=TIMEOUT)


def equal(found, expected):
    if found != expected:
        raise AssertionError(f"expected {expected!r}, found {found!r}")


def contains(text, part):
    if part not in text:
        raise AssertionError(f"expected {part!r} in {text!r}")


CHECKS = [
    requests_oauthlib_logs_alice_in,
    authlib_logs_alice_in,
    alice_lacks_the_role_for_admin,
    admin_has_the_role_for_admin,
    requests_oauthlib_understands_the_refusal,
    authlib_understands_the_refusal,
    a_refusal_does_not_tell_whether_the_user_exists,
    a_request_without_a_token_is_challenged,
    a_forged_token_is_invalid,
    basic_takes_each_user,
    basic_refuses_a_wrong_password_in_either_encoding,
]


def main():
    failed = 0
    for check in CHECKS:
        try:
            check()
        except Exception as error:
            failed += 1
            print(f"FAILED {check.__name__}: {type(error).__name__}: {error}")
        else:
            print(f"ok     {check.__name__}")
    print(f"{len(CHECKS) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
