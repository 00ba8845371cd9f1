/* kafka.h - what every client of Kafka is told: where the brokers are, who we
 * are, what the settings add. librdkafka's own names are in kafka_parts.h. */
#ifndef IO_KAFKA_H
#define IO_KAFKA_H

#include <stddef.h>

enum { KAFKA_CLIENT_ID_MAX = 64 };

struct kafka_property { /* of librdkafka */
    const char *name;
    const char *value;
};

/* All texts are borrowed and must live as long as the client. */
struct kafka_options {
    const char *brokers;   /* "host:port,host:port" */
    const char *client_id; /* at most KAFKA_CLIENT_ID_MAX bytes: longer ones
                              crash librdkafka 2.0.2 */
    const struct kafka_property *properties; /* override ours; see kafka.c for
                                                those that are refused */
    size_t property_count;
};

#endif
