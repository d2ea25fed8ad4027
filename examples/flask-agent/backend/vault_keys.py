"""Vault keys in plain requests: one for each unit of work, revoked when it is over."""

import os
from contextlib import contextmanager

import requests

API_URL = os.environ["KEYBRAKE_API_URL"]
PROXY_URL = os.environ["KEYBRAKE_PROXY_URL"]
SECONDS = 10


def _headers():
    return {"Authorization": f"Bearer {os.environ['KEYBRAKE_TOKEN']}"}


class NoKey(Exception):
    """No key could be had, so nothing was done."""


def issue(**policy):
    """Asks for a key, or raises NoKey."""
    try:
        response = requests.post(f"{API_URL}/v1/keys", headers=_headers(), json=policy, timeout=SECONDS)
        response.raise_for_status()
    except requests.RequestException as error:
        raise NoKey(type(error).__name__) from error
    return response.json()


def revoke(key):
    """Ends a key. Where that fails, the key still ends at its expires_at."""
    try:
        requests.delete(f"{API_URL}/v1/keys/{key['id']}", headers=_headers(), timeout=SECONDS)
    except requests.RequestException as error:
        print(f"could not revoke {key['id']}: {type(error).__name__}", flush=True)


@contextmanager
def vault_key(**policy):
    """A key for the length of a `with` block."""
    key = issue(**policy)
    try:
        yield key
    finally:
        revoke(key)


class Refused(Exception):
    """Keybrake refused a call. `code` says why, and `status` is what to tell the caller of this backend."""

    def __init__(self, code):
        super().__init__(code)
        self.code = code
        self.status = 402 if code == "cap_exhausted" else 403


def charge(key, customer, amount_cents):
    """Charges through the proxy, which swaps in the real credential."""
    response = requests.post(
        f"{PROXY_URL}/stripe/v1/payment_intents",
        headers={"Authorization": f"Bearer {key['token']}"},
        data={"amount": amount_cents, "currency": "usd", "customer": customer},
        timeout=SECONDS,
    )
    code = response.headers.get("X-Keybrake-Code")
    if code is not None:
        raise Refused(code)
    response.raise_for_status()
    return response.json()
