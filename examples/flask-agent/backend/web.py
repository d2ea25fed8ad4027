"""A Flask backend whose every request to a tool has a vault key of its own."""

import os

from flask import Flask, g, jsonify, request

from . import vault_keys
from .tasks import bill_customers

app = Flask(__name__)
WITHOUT_KEY = {"/health", "/tasks/bill"}


@app.before_request
def issue_key():
    if request.path in WITHOUT_KEY:
        return
    user = request.headers.get("X-User-Id", "anonymous")
    g.vault_key = vault_keys.issue(
        label=f"flask/{user}",
        vendor="stripe",
        allowed_endpoints=["POST /v1/payment_intents"],
        daily_usd_cap=float(os.environ.get("REQUEST_CAP_USD", "100")),
        expires_in="5m",
    )


@app.teardown_request
def revoke_key(_error):
    if "vault_key" in g:
        vault_keys.revoke(g.pop("vault_key"))


@app.errorhandler(vault_keys.Refused)
def answer_refusal(refusal):
    return jsonify(error=refusal.code), refusal.status


@app.errorhandler(vault_keys.NoKey)
def answer_no_key(_error):
    return jsonify(error="vault_key_unavailable"), 503


@app.get("/health")
def health():
    return jsonify(ok=True)


@app.post("/tools/charge")
def charge():
    """One tool call. An agent that asks for many charges at once does them all under one cap."""
    wanted = request.get_json()
    done = []
    try:
        for _ in range(wanted.get("times", 1)):
            intent = vault_keys.charge(g.vault_key, wanted["customer"], wanted["amount_cents"])
            done.append(intent["id"])
    except vault_keys.Refused as refusal:
        return jsonify(error=refusal.code, charged=len(done)), refusal.status
    return jsonify(charged=len(done))


@app.post("/tasks/bill")
def bill():
    """Hands work to Celery. The key is issued where the work is done, never put into the queue."""
    task = bill_customers.delay(request.get_json()["customers"])
    return jsonify(task.get(timeout=60))
