/* record.c - from the bytes of a record to the JSON in them. */
#include "event.h"

enum { CONFLUENT_BYTES = 5 }; /* a zero byte and the id of a schema */

static bool
has_magic_byte(struct str value)
{
    return value.len > 0 && value.at[0] == '\0';
}

static bool
take_framing(struct str *value, enum framing framing, struct err *err)
{
    const char *code = reason_name(REASON_CONFLUENT_FRAMING);
    bool framed = has_magic_byte(*value);

    if (framing == FRAMING_NONE && framed)
        return err_set_code(err, ERR_INPUT, code,
                            "the value starts with a zero byte, as the "
                            "Confluent serializers write it: set \"framing: "
                            "confluent\" for this topic");
    if (framing == FRAMING_CONFLUENT &&
        (!framed || value->len < CONFLUENT_BYTES))
        return err_set_code(err, ERR_INPUT, code,
                            "the value does not start with the 5 bytes of "
                            "Confluent framing: set \"framing: none\" for this "
                            "topic or use the JSON Schema serializer");
    if (framing == FRAMING_CONFLUENT)
        *value =
            str_make(value->at + CONFLUENT_BYTES, value->len - CONFLUENT_BYTES);
    return true;
}

bool
record_json(const struct record *record, const struct envelope *envelope,
            struct str *json, struct err *err)
{
    *json = record->value;
    if (json->len > RECORD_MAX_BYTES)
        return err_set_code(err, ERR_INPUT, reason_name(REASON_TOO_LARGE),
                            "the value has %zu bytes, more than the %d that "
                            "are read",
                            json->len, RECORD_MAX_BYTES);
    if (!take_framing(json, envelope->framing, err))
        return false;
    if (!json->len)
        return err_set_code(err, ERR_INPUT, reason_name(REASON_MALFORMED_JSON),
                            "the value is empty, not a JSON object");
    return true;
}
