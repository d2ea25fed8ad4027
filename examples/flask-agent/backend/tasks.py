"""A Celery task with a vault key for as long as it runs."""

import os

from celery import Celery

from . import vault_keys

REDIS_URL = os.environ["REDIS_URL"]
celery = Celery("tasks", broker=REDIS_URL, backend=REDIS_URL)


@celery.task(bind=True)
def bill_customers(self, customers):
    """Bills each customer 20 USD, as far as the cap of the task allows."""
    policy = {
        "label": f"celery/{self.request.id}",
        "vendor": "stripe",
        "allowed_endpoints": ["POST /v1/payment_intents"],
        "daily_usd_cap": float(os.environ.get("TASK_CAP_USD", "60")),
        "expires_in": "30m",
    }
    billed = []
    with vault_keys.vault_key(**policy) as key:
        for customer in customers:
            try:
                vault_keys.charge(key, customer, 2000)
            except vault_keys.Refused as refusal:
                # Retrying would meet the same cap: the result says so, and the task is over.
                return {"billed": billed, "refused": refusal.code}
            billed.append(customer)
    return {"billed": billed, "refused": None}
