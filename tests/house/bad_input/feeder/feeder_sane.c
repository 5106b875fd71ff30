/* A libsane with one scanner that has a glass and a feeder, and the feeder is a file: what was fed is gone from it, whoever
 * dies meanwhile. All lies in the folder that the variable FEEDER names:
 *
 *   tray   a line for each sheet, the uppermost first: the number its front carries and, where it has one, its back's
 *   mood   a word, read at every call: "well", or what goes wrong
 *
 * The number of a side is drawn on it: sixteen upright stripes, black for one, the highest bit at the left.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../../../drivers/scanner/tests/support/sane.h"

enum { BITS = 16, STRIPE = 24, WIDTH = BITS * STRIPE, LINES = 96, AT_ONCE = 12 };
enum { FLATBED, ADF, DUPLEX };

static int source, side, waiting_back, lines_read;

typedef struct { char name[1024]; } Path;

static Path in_folder(const char *name) {
    Path path;
    snprintf(path.name, sizeof path.name, "%s/%s", getenv("FEEDER"), name);
    return path;
}

static int mood_is(const char *wanted) { return file_says(in_folder("mood").name, wanted); }

/* Takes the uppermost sheet, in one step: a sheet is in the tray or it is not. */
static int feed(int *front, int *back) {
    char line[64];
    Path now = in_folder("tray"), then = in_folder("tray.rest");
    FILE *tray = fopen(now.name, "r"), *rest = fopen(then.name, "w");
    int fed = 0;
    *back = 0;
    if (tray && rest && fgets(line, sizeof line, tray)) {
        fed = sscanf(line, "%d %d", front, back) > 0;
        while (fgets(line, sizeof line, tray)) fputs(line, rest);
    }
    if (tray) fclose(tray);
    if (rest) fclose(rest);
    if (fed) rename(then.name, now.name);
    return fed;
}

Word sane_init(Word *version, void *authorize) {
    (void)authorize;
    if (version) *version = 0x01000000;
    return GOOD;
}

void sane_exit(void) {}

Word sane_get_devices(const Device ***list, Word local_only) {
    static const Device one = {"feeder:0", "Feeder", "One", "sheetfed scanner"};
    static const Device *devices[] = {&one, NULL};
    (void)local_only;
    *list = devices;
    return GOOD;
}

Word sane_open(const char *name, void **handle) {
    if (strcmp(name, "feeder:0")) return INVAL;
    source = waiting_back = 0;
    *handle = &side;
    return GOOD;
}

void sane_close(void *handle) { (void)handle; }

static const char *sources[] = {"Flatbed", "ADF", "ADF Duplex", NULL};
static const Option options[] = {
    {"", "", "", INT, 0, sizeof(Word), SOFT_DETECT, 0, NULL},
    {"source", "Source", "", STRING, 0, 16, SOFT, STRINGS, sources},
    {"double-feed", "Double feed", "", BOOL, 0, sizeof(Word), HARD_SELECT | SOFT_DETECT, 0, NULL},
};
enum { COUNT, SOURCE, DOUBLE_FEED, OPTIONS };

const void *sane_get_option_descriptor(void *handle, Word option) {
    (void)handle;
    return option >= 0 && option < OPTIONS ? &options[option] : NULL;
}

Word sane_control_option(void *handle, Word option, Word action, void *value, Word *info) {
    (void)handle;
    if (info) *info = 0;
    if (action == SET && option == SOURCE) {
        for (int known = FLATBED; known <= DUPLEX; known++)
            if (!strcmp(value, sources[known])) source = known;
        return GOOD;
    }
    if (action != GET) return INVAL;
    switch (option) {
    case COUNT: *(Word *)value = OPTIONS; return GOOD;
    case SOURCE: strcpy(value, sources[source]); return GOOD;
    case DOUBLE_FEED: *(Word *)value = mood_is("double-feed"); return GOOD;
    }
    return INVAL;
}

Word sane_get_parameters(void *handle, Parameters *p) {
    Parameters page = {0, 1, WIDTH, WIDTH, LINES, 8};
    (void)handle;
    *p = page;
    return GOOD;
}

Word sane_start(void *handle) {
    (void)handle;
    lines_read = 0;
    if (source == DUPLEX && waiting_back) {
        side = waiting_back;
        waiting_back = 0;
        return GOOD;
    }
    if (mood_is("double-feed")) return JAMMED;
    return feed(&side, &waiting_back) ? GOOD : NO_DOCS;
}

Word sane_read(void *handle, unsigned char *data, Word room, Word *length) {
    int lines = room / WIDTH;
    (void)handle;
    *length = 0;
    while (lines_read >= LINES / 2 && mood_is("wait-in-mid-page")) usleep(2000);
    if (lines_read == LINES) return END;
    if (lines < 1) return INVAL;
    /* A page takes a while, so that the box can be cut off in the middle of it. */
    usleep(500);
    if (lines > AT_ONCE) lines = AT_ONCE;
    if (lines > LINES - lines_read) lines = LINES - lines_read;
    int drawn = mood_is("blank-paper") ? 0 : side;
    for (int at = 0; at < lines * WIDTH; at++)
        data[at] = drawn >> (BITS - 1 - at % WIDTH / STRIPE) & 1 ? 0 : 255;
    *length = lines * WIDTH;
    lines_read += lines;
    return GOOD;
}

void sane_cancel(void *handle) {
    (void)handle;
    /* What is on its way is put out in front. */
    waiting_back = 0;
}
