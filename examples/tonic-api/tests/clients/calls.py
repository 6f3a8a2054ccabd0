"""Calls the tonic-api example with grpcio, the gRPC of C and Python.

    READER_SECRET=.. WRITER_SECRET=.. AUDITOR_SECRET=.. python calls.py 127.0.0.1:50051

What it takes for granted of the example, besides its protocol:

- POST /token on the same port takes the client credentials grant with Basic.
- `reader` has the scope ledger:read, `writer` ledger:write as well, and `auditor`
  the role of that name.
- Each client is allowed PostEntry and ImportEntries five times a minute, and
  WatchEntries ten times.
"""

import base64
import json
import os
import sys
import urllib.request
from pathlib import Path

import grpc

TIMEOUT = 30
PROTO = Path(__file__).parents[2] / "proto"

ADDRESS = sys.argv[1] if len(sys.argv) == 2 else sys.exit(__doc__)
sys.path.append(str(PROTO))
messages, services = grpc.protos_and_services("ledger/v1/ledger.proto")

CHANNEL = grpc.insecure_channel(ADDRESS)
LEDGER = services.LedgerStub(CHANNEL)


def token(client):
    secret = os.environ[client.upper() + "_SECRET"]
    basic = base64.b64encode(f"{client}:{secret}".encode()).decode()
    request = urllib.request.Request(
        f"http://{ADDRESS}/token",
        data=b"grant_type=client_credentials",
        headers={"authorization": "Basic " + basic},
    )
    with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:
        return json.load(answer)["access_token"]


TOKENS = {client: token(client) for client in ("reader", "writer", "auditor")}


def entry(cents=1):
    return messages.Entry(account="rent", cents=cents)


CALLS = {
    "GetBalance": lambda metadata: LEDGER.GetBalance(
        messages.GetBalanceRequest(account="rent"), metadata=metadata, timeout=TIMEOUT
    ),
    "WatchEntries": lambda metadata: list(
        LEDGER.WatchEntries(
            messages.WatchEntriesRequest(account="rent"), metadata=metadata, timeout=TIMEOUT
        )
    ),
    "PostEntry": lambda metadata: LEDGER.PostEntry(entry(), metadata=metadata, timeout=TIMEOUT),
    "ImportEntries": lambda metadata: LEDGER.ImportEntries(
        iter([entry(2), entry(3)]), metadata=metadata, timeout=TIMEOUT
    ),
    "Audit": lambda metadata: list(
        LEDGER.Audit(
            iter([messages.AuditRequest(account="rent")]), metadata=metadata, timeout=TIMEOUT
        )
    ),
}


def bearer(client):
    return [("authorization", "Bearer " + TOKENS[client])]


def refused(call, metadata, code):
    try:
        answer = CALLS[call](metadata)
    except grpc.RpcError as error:
        if error.code() != code:
            sys.exit(f"{call}: {error.code()} ({error.details()}), expected {code}")
        return error
    sys.exit(f"{call}: answered {answer!r}, expected {code}")


def field(error, name):
    sent = [*(error.initial_metadata() or ()), *(error.trailing_metadata() or ())]
    return [value for key, value in sent if key == name]


def strangers_are_asked_who_they_are():
    for call in CALLS:
        if call == "Audit":
            # Hidden: as if there were no such method.
            error = refused(call, [], grpc.StatusCode.UNIMPLEMENTED)
            equal(field(error, "www-authenticate"), [])
            continue
        error = refused(call, [], grpc.StatusCode.UNAUTHENTICATED)
        contains(field(error, "www-authenticate"), 'Bearer realm="api"')


def bad_tokens_are_refused():
    for call in CALLS:
        metadata = [("authorization", "Bearer x.y.z")]
        error = refused(call, metadata, grpc.StatusCode.UNAUTHENTICATED)
        contains(field(error, "www-authenticate"), 'error="invalid_token"')
        contains([error.details()], "token")


def readers_read_and_do_not_write():
    equal(CALLS["GetBalance"](bearer("reader")).asked_by, "client:reader")
    CALLS["WatchEntries"](bearer("reader"))
    for call in ("PostEntry", "ImportEntries"):
        error = refused(call, bearer("reader"), grpc.StatusCode.PERMISSION_DENIED)
        contains(field(error, "www-authenticate"), 'error="insufficient_scope"')
        contains(field(error, "www-authenticate"), 'scope="ledger:write"')
    refused("Audit", bearer("reader"), grpc.StatusCode.UNIMPLEMENTED)


def writers_write():
    before = CALLS["GetBalance"](bearer("writer")).cents
    equal(CALLS["ImportEntries"](bearer("writer")).cents, before + 5)
    equal(len(CALLS["WatchEntries"](bearer("writer"))) > 1, True)


def auditors_audit():
    equal([finding.account for finding in CALLS["Audit"](bearer("auditor"))], ["rent"])


def one_call_too_many_is_refused_streaming_or_not():
    # Each client is another principal, and has made fewer calls than these before.
    for client, call, limit, most in [
        ("writer", "PostEntry", "post-entry", 5),
        ("writer", "ImportEntries", "import-entries", 5),
        ("auditor", "WatchEntries", "watch-entries", 10),
    ]:
        for allowed in range(most + 1):
            try:
                CALLS[call](bearer(client))
            except grpc.RpcError:
                break
        equal(allowed > most - 3, True)
        error = refused(call, bearer(client), grpc.StatusCode.RESOURCE_EXHAUSTED)
        equal(0 < int(field(error, "retry-after")[0]) <= 60, True)
        equal(0 < int(field(error, "grpc-retry-pushback-ms")[0]) <= 60_000, True)
        contains(field(error, "ratelimit"), f'"{limit}";r=0')
        contains(field(error, "ratelimit-policy"), f'"{limit}";q={most};w=60')
        contains([error.details()], "request")
        # Other methods have a quota of their own, as have other clients.
        CALLS["GetBalance"](bearer(client))
        CALLS["WatchEntries"](bearer("reader"))


def what_is_left_of_a_limit_comes_before_the_answer():
    answer, call = LEDGER.GetBalance.with_call(
        messages.GetBalanceRequest(account="rent"), metadata=bearer("reader"), timeout=TIMEOUT
    )
    stream = LEDGER.WatchEntries(
        messages.WatchEntriesRequest(account="rent"), metadata=bearer("reader"), timeout=TIMEOUT
    )
    equal((answer.account, len(list(stream)) > 0), ("rent", True))
    for call in (call, stream):
        equal("ratelimit" in dict(call.initial_metadata()), True)
        equal([key for key, _ in call.trailing_metadata() if key.startswith("ratelimit")], [])


def methods_without_a_rule_are_refused():
    for path in ("/ledger.v1.Ledger/Forget", "/ledger.v1.Other/GetBalance"):
        call = CHANNEL.unary_unary(path)
        for metadata in ([], bearer("writer")):
            try:
                call(b"", metadata=metadata, timeout=TIMEOUT)
            except grpc.RpcError as error:
                contains(
                    [error.code().name], "UNAUTHENTICATED PERMISSION_DENIED UNIMPLEMENTED", True
                )
            else:
                sys.exit(f"{path} answered")


def health_is_for_everyone():
    check = CHANNEL.unary_unary("/grpc.health.v1.Health/Check")
    # HealthCheckResponse { status: SERVING }
    equal(check(b"", timeout=TIMEOUT), b"\x08\x01")


def http_is_on_the_same_port():
    with urllib.request.urlopen(f"http://{ADDRESS}/healthz", timeout=TIMEOUT) as answer:
        equal(answer.read(), b"ok")


def equal(left, right):
    if left != right:
        sys.exit(f"{left!r} is not {right!r}")


def contains(values, part, swapped=False):
    if not any(value in part if swapped else part in value for value in values):
        sys.exit(f"{part!r} is not in {values!r}")


CHECKS = [
    strangers_are_asked_who_they_are,
    bad_tokens_are_refused,
    readers_read_and_do_not_write,
    writers_write,
    auditors_audit,
    what_is_left_of_a_limit_comes_before_the_answer,
    one_call_too_many_is_refused_streaming_or_not,
    methods_without_a_rule_are_refused,
    health_is_for_everyone,
    http_is_on_the_same_port,
]

for check in CHECKS:
    check()
    print("grpcio:", check.__name__.replace("_", " "))
