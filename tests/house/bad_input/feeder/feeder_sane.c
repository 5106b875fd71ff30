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

typedef int Word;
typedef struct { const char *name, *vendor, *model, *kind; } Device;
typedef struct { Word format, last_frame, bytes_per_line, pixels_per_line, lines, depth; } Parameters;
typedef struct {
    const char *name, *title, *desc;
    Word type, unit, size, cap, constraint_type;
    const void *constraint;
} Option;

enum { GOOD = 0, INVAL = 4, END = 5, JAMMED = 6, NO_DOCS = 7 };
enum { GET = 0, SET = 1 };
enum { BOOL = 0, STRING = 3, SOFT_SELECT = 1, HARD_SELECT = 2, SOFT_DETECT = 4 };
enum { BITS = 16, STRIPE = 24, WIDTH = BITS * STRIPE, LINES = 96, AT_ONCE = 12 };
enum { FLATBED, ADF, DUPLEX };

static int source, side, waiting_back, lines_read;

static FILE *in_folder(const char *name, const char *mode) {
    char path[1024];
    snprintf(path, sizeof path, "%s/%s", getenv("FEEDER"), name);
    return fopen(path, mode);
}

static int mood_is(const char *wanted) {
    char mood[64] = "";
    FILE *file = in_folder("mood", "r");
    if (file) {
        size_t length = fread(mood, 1, sizeof mood - 1, file);
        mood[length] = 0;
        fclose(file);
    }
    return strcmp(mood, wanted) == 0;
}

/* Takes the uppermost sheet, in one step: a sheet is in the tray or it is not. */
static int feed(int *front, int *back) {
    char line[64], from[1024], to[1024];
    FILE *tray = in_folder("tray", "r"), *rest = in_folder("tray.rest", "w");
    int fed = 0;
    *back = 0;
    if (tray && rest && fgets(line, sizeof line, tray)) {
        fed = sscanf(line, "%d %d", front, back) > 0;
        while (fgets(line, sizeof line, tray)) fputs(line, rest);
    }
    if (tray) fclose(tray);
    if (rest) fclose(rest);
    snprintf(from, sizeof from, "%s/tray.rest", getenv("FEEDER"));
    snprintf(to, sizeof to, "%s/tray", getenv("FEEDER"));
    if (fed) rename(from, to);
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
    {"", "", "", 1, 0, sizeof(Word), SOFT_DETECT, 0, NULL},
    {"source", "Source", "", STRING, 0, 16, SOFT_SELECT | SOFT_DETECT, 3, sources},
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
