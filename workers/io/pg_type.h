/* pg_type.h - types of PostgreSQL that are written or read in binary, by their
 * OIDs (src/include/catalog/pg_type.dat). */
#ifndef IO_PG_TYPE_H
#define IO_PG_TYPE_H

enum pg_type {
    PG_BOOL = 16,
    PG_BYTEA = 17,
    PG_INT8 = 20,
    PG_INT2 = 21,
    PG_INT4 = 23,
    PG_TEXT = 25,
    PG_TID = 27,
    PG_TIMESTAMPTZ = 1184,
};

#endif
