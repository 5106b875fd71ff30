/* What SANE's own header says of a driver, as far as the drivers of the tests need it; names are as there, without SANE_.
 * That header is in Debian's libsane-dev, which nothing else here needs. */
#pragma once
#include <stdio.h>
#include <string.h>

typedef int Word;
typedef struct { const char *name, *vendor, *model, *kind; } Device;
typedef struct { Word format, last_frame, bytes_per_line, pixels_per_line, lines, depth; } Parameters;
typedef struct {
    const char *name, *title, *desc;
    Word type, unit, size, cap, constraint_type;
    const void *constraint;
} Option;

/* How a call ended. */
enum {
    GOOD = 0, UNSUPPORTED = 1, CANCELLED = 2, BUSY = 3, INVAL = 4, END = 5, JAMMED = 6, NO_DOCS = 7, COVER_OPEN = 8,
    IO_ERROR = 9, NO_MEM = 10, DENIED = 11
};
/* What is done with an option; what it holds; in which unit; what its constraint is; who may set it. */
enum { GET = 0, SET = 1 };
enum { BOOL = 0, INT = 1, FIXED = 2, STRING = 3 };
enum { MM = 3, DPI = 4 };
enum { RANGE = 1, WORDS = 2, STRINGS = 3 };
enum { SOFT_SELECT = 1, HARD_SELECT = 2, SOFT_DETECT = 4, SOFT = SOFT_SELECT | SOFT_DETECT };

/* Whether this word is all the file says: a test changes it while the driver runs. */
static inline int file_says(const char *path, const char *wanted) {
    char word[64] = "";
    FILE *file = fopen(path, "r");
    if (file) {
        size_t length = fread(word, 1, sizeof word - 1, file);
        word[length] = 0;
        fclose(file);
    }
    return strcmp(word, wanted) == 0;
}
