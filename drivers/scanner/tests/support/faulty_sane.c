/* A libsane that misbehaves on purpose, for tests/faults.rs: one device with a glass and a feeder of three sheets.
 *
 *   FAULT           how it misbehaves
 *   FAULT_SHEET     only at this sheet of a feeder, from 1
 *   FAULT_ONCE      a file: only until it exists, so that a test can see the scan after
 *   FAULT_DEVICE    the device's name instead of faulty:0
 *   FAULT_BUTTONS   a folder: a button is down while a file of its name lies there, and "looked" is put there
 *                   whenever somebody has looked
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sane.h"

enum { WIDTH = 40, LINES = 30, SHEETS = 3 };

static int from_feeder, lines_read, frames_read, sheets_fed;
static int at_work; /* the fault has begun, and lasts until the device is opened again */

static int faulty(const char *fault) {
    const char *set = getenv("FAULT"), *once = getenv("FAULT_ONCE"), *sheet = getenv("FAULT_SHEET");
    if (!set || strcmp(set, fault)) return 0;
    if (sheet && from_feeder && atoi(sheet) != sheets_fed) return 0;
    if (!once) return 1;
    if (!at_work) at_work = open(once, O_CREAT | O_EXCL | O_WRONLY, 0600) >= 0;
    return at_work;
}

static void hang(void) { for (;;) pause(); }

/* Hangs, crashes or leaves where the test wants it: "hang-in-start" and the like. */
static void trap(const char *where) {
    char fault[64];
    snprintf(fault, sizeof fault, "hang-in-%s", where);
    if (faulty(fault)) hang();
    snprintf(fault, sizeof fault, "crash-in-%s", where);
    if (faulty(fault)) abort();
    snprintf(fault, sizeof fault, "leave-in-%s", where);
    if (faulty(fault)) _exit(0);
}

static const char *device(void) { return getenv("FAULT_DEVICE") ? getenv("FAULT_DEVICE") : "faulty:0"; }

Word sane_init(Word *version, void *authorize) {
    (void)authorize;
    if (version) *version = 0x01000000;
    if (faulty("chatter")) { printf("driver 1.0 says hello\n"); fflush(stdout); }
    trap("init");
    return GOOD;
}

void sane_exit(void) {}

Word sane_get_devices(const Device ***list, Word local_only) {
    static Device one = {NULL, "Faulty", "One", "flatbed scanner"};
    static const Device nameless = {NULL, NULL, NULL, NULL};
    static const Device *devices[] = {&one, NULL}, *strange[] = {&one, &nameless, NULL}, *none[] = {NULL};
    (void)local_only;
    one.name = device();
    trap("get-devices");
    *list = faulty("no-devices") ? none : faulty("nameless") ? strange : devices;
    return GOOD;
}

Word sane_open(const char *name, void **handle) {
    trap("open");
    if (faulty("open-fails")) return IO_ERROR;
    if (strcmp(name, device())) return INVAL;
    from_feeder = sheets_fed = at_work = 0;
    *handle = &sheets_fed;
    return GOOD;
}

void sane_close(void *handle) {
    (void)handle;
    if (sheets_fed > 0) trap("close");
}

static const char *sources[] = {"Flatbed", "ADF", NULL};
static const Option options[] = {
    {"", "", "", INT, 0, sizeof(Word), SOFT_DETECT, 0, NULL},
    {"source", "Source", "", STRING, 0, 16, SOFT, STRINGS, sources},
    {"double-feed", "Double feed", "", BOOL, 0, sizeof(Word), HARD_SELECT | SOFT_DETECT, 0, NULL},
    {"scan", "Scan button", "", BOOL, 0, sizeof(Word), HARD_SELECT | SOFT_DETECT, 0, NULL},
    {"email", "Email button", "", BOOL, 0, sizeof(Word), HARD_SELECT | SOFT_DETECT, 0, NULL},
};
enum { COUNT, SOURCE, DOUBLE_FEED, SCAN, EMAIL, OPTIONS };

const void *sane_get_option_descriptor(void *handle, Word option) {
    (void)handle;
    return option >= 0 && option < OPTIONS ? &options[option] : NULL;
}

static int is_down(const char *button) {
    const char *folder = getenv("FAULT_BUTTONS");
    char path[512];
    if (!folder) return 0;
    snprintf(path, sizeof path, "%s/%s", folder, button);
    return access(path, F_OK) == 0;
}

static void looked(void) {
    const char *folder = getenv("FAULT_BUTTONS");
    char path[512];
    if (!folder) return;
    snprintf(path, sizeof path, "%s/looked", folder);
    int file = open(path, O_CREAT | O_WRONLY, 0600);
    if (file >= 0) close(file);
}

Word sane_control_option(void *handle, Word option, Word action, void *value, Word *info) {
    (void)handle;
    if (info) *info = 0;
    if (action == SET && option == SOURCE) { from_feeder = !strcmp(value, "ADF"); return GOOD; }
    if (action != GET) return INVAL;
    switch (option) {
    case COUNT: *(Word *)value = faulty("many-options") ? 0x7fffffff : OPTIONS; return GOOD;
    case SOURCE: strcpy(value, sources[from_feeder]); return GOOD;
    case DOUBLE_FEED: *(Word *)value = faulty("double-feed"); return GOOD;
    case SCAN:
    case EMAIL:
        trap("buttons");
        *(Word *)value = is_down(options[option].name);
        if (option == EMAIL) looked();
        return GOOD;
    }
    return INVAL;
}

Word sane_get_parameters(void *handle, Parameters *p) {
    Parameters good = {0, 1, WIDTH, WIDTH, LINES, 8};
    (void)handle;
    *p = good;
    if (faulty("no-width")) p->pixels_per_line = 0;
    if (faulty("negative-width")) p->pixels_per_line = -WIDTH;
    if (faulty("negative-stride")) p->bytes_per_line = -WIDTH;
    if (faulty("no-lines")) p->lines = 0;
    if (faulty("negative-lines")) p->lines = -2;
    if (faulty("short-lines")) p->bytes_per_line = WIDTH - 1;
    if (faulty("huge")) { p->bytes_per_line = 0x7fffffff; p->lines = 60000; }
    if (faulty("huge-lines")) p->lines = 0x7fffffff;
    if (faulty("no-depth")) p->depth = 0;
    if (faulty("unknown-frame")) p->format = 77;
    if (faulty("endless-page")) p->lines = -1;
    if (faulty("same-pass-again")) { p->format = 2; p->last_frame = 0; }
    if (faulty("passes-that-change")) {
        Word width = frames_read ? WIDTH / 2 : WIDTH;
        p->format = 2 + frames_read;
        p->last_frame = 0;
        p->pixels_per_line = p->bytes_per_line = width;
    }
    if (faulty("passes-that-end-in-grey") && !frames_read) { p->format = 2; p->last_frame = 0; }
    return GOOD;
}

Word sane_start(void *handle) {
    (void)handle;
    if (lines_read && !from_feeder && sheets_fed) frames_read++;
    else frames_read = 0;
    lines_read = 0;
    if (from_feeder && sheets_fed == SHEETS) return NO_DOCS;
    sheets_fed++;
    trap("start");
    if (faulty("unknown-status")) return 4711;
    return GOOD;
}

/* What may go wrong in the middle of a page; GOOD when nothing does. */
static Word mid_page(void) {
    trap("mid-page");
    if (faulty("unplugged-in-mid-page")) return IO_ERROR;
    if (faulty("paper-ends-in-mid-page")) return NO_DOCS;
    if (faulty("jam") || faulty("double-feed")) return JAMMED;
    return GOOD;
}

Word sane_read(void *handle, unsigned char *data, Word room, Word *length) {
    int endless = faulty("endless-page") || faulty("more-than-announced");
    (void)handle;
    *length = 0;
    if (lines_read == 0) trap("read");
    if (lines_read == LINES / 2) {
        Word status = mid_page();
        if (status != GOOD) return status;
    }
    if (faulty("reads-too-much")) { *length = room + 1; return GOOD; }
    if (faulty("reads-less-than-nothing")) { *length = -1; return GOOD; }
    if (faulty("reads-nothing")) return GOOD;
    if (lines_read == LINES && !endless) { trap("end-of-page"); return END; }
    if (room < WIDTH) return INVAL;
    if (faulty("forked-reader") && fork() == 0) hang();
    memset(data, 255 - lines_read, WIDTH);
    *length = WIDTH;
    lines_read++;
    return GOOD;
}

void sane_cancel(void *handle) {
    (void)handle;
    if (sheets_fed > 0) trap("cancel");
}
