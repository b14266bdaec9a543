"""What the fields are called that a file's columns can fill."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from models.messages import N_

FIELD_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "transaction_id": N_("transaction number"),
        "timestamp": N_("time"),
        "amount": N_("amount"),
        "currency": N_("currency"),
        "transaction_type": N_("transaction type"),
        "payment_method": N_("payment method"),
        "channel": N_("channel"),
        "customer_id": N_("customer number"),
        "merchant_id": N_("merchant number"),
        "card_number": N_("card number"),
        "device_id": N_("device number"),
        "device_type": N_("kind of device"),
        "ip_address": N_("IP address"),
        "email": N_("e-mail of the payment"),
        "category": N_("category"),
        "city": N_("city"),
        "state": N_("state"),
        "country": N_("country"),
        "zip_code": N_("postcode"),
        "latitude": N_("latitude"),
        "longitude": N_("longitude"),
        "is_fraud": N_("is fraud"),
        "fraud_type": N_("kind of fraud"),
        "fraud_reason": N_("why it is fraud"),
        "label_known_at": N_("label known since"),
        "fraud_score": N_("score"),
        "model_name": N_("model"),
        "model_version": N_("version of the model"),
        "decision": N_("decision"),
        "merchant_name": N_("merchant name"),
        "merchant_category": N_("merchant category"),
        "merchant_mcc_code": N_("merchant category code"),
        "customer_first_name": N_("first name"),
        "customer_last_name": N_("last name"),
        "customer_email": N_("customer e-mail"),
        "customer_phone": N_("customer phone"),
        "customer_date_of_birth": N_("date of birth"),
        "customer_gender": N_("gender"),
        "customer_occupation": N_("occupation"),
        "customer_street": N_("customer street"),
        "customer_city": N_("customer city"),
        "customer_state": N_("customer state"),
        "customer_country": N_("customer country"),
        "customer_zip_code": N_("customer postcode"),
        "customer_latitude": N_("customer latitude"),
        "customer_longitude": N_("customer longitude"),
    }
)


def field_name(name: str) -> str:
    """Return what a field is called, as a msgid; one without a name of its own goes by its word."""
    return FIELD_NAMES.get(name, name.replace("_", " "))
