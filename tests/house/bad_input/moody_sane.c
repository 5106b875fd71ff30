/* A libsane whose mood a test changes while the box runs: every call reads the word in the file that the variable
 * MOOD names. "well" scans one small grey page. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../../drivers/scanner/tests/support/sane.h"

enum { WIDTH = 400, LINES = 600 };

static int lines_read;

static int mood_is(const char *wanted) { return file_says(getenv("MOOD"), wanted); }

static void hang(void) { for (;;) pause(); }

Word sane_init(Word *version, void *authorize) {
    (void)authorize;
    if (version) *version = 0x01000000;
    return GOOD;
}

void sane_exit(void) {}

Word sane_get_devices(const Device ***list, Word local_only) {
    static const Device one = {"moody:0", "Moody", "One", "flatbed scanner"};
    static const Device *devices[] = {&one, NULL}, *none[] = {NULL};
    (void)local_only;
    while (mood_is("wait-in-the-list")) usleep(10000);
    *list = mood_is("torn-away") ? none : devices;
    return GOOD;
}

Word sane_open(const char *name, void **handle) {
    if (strcmp(name, "moody:0")) return INVAL;
    if (mood_is("busy")) return BUSY;
    if (mood_is("denied")) return DENIED;
    *handle = &lines_read;
    return GOOD;
}

void sane_close(void *handle) { (void)handle; }

const void *sane_get_option_descriptor(void *handle, Word option) { (void)handle; (void)option; return NULL; }

Word sane_control_option(void *handle, Word option, Word action, void *value, Word *info) {
    (void)handle; (void)info;
    if (option != 0 || action != 0) return INVAL;
    *(Word *)value = 1;
    return GOOD;
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
    while (mood_is("wait-in-start")) usleep(10000);
    if (mood_is("unsupported")) return UNSUPPORTED;
    if (mood_is("invalid")) return INVAL;
    if (mood_is("jammed")) return JAMMED;
    if (mood_is("cover-open")) return COVER_OPEN;
    if (mood_is("feeder-empty")) return NO_DOCS;
    if (mood_is("no-memory")) return NO_MEM;
    if (mood_is("cancelled-at-the-scanner")) return CANCELLED;
    return GOOD;
}

Word sane_read(void *handle, unsigned char *data, Word room, Word *length) {
    (void)handle;
    *length = 0;
    if (lines_read >= LINES / 2) {
        if (mood_is("hang-in-mid-page")) hang();
        while (mood_is("wait-in-mid-page")) usleep(10000);
        if (mood_is("crash-in-mid-page")) abort();
        if (mood_is("io-in-mid-page") || mood_is("torn-away")) return IO_ERROR;
        if (mood_is("jammed-in-mid-page")) return JAMMED;
    }
    /* Slow enough that the box hears of lines before the driver falls silent. */
    if (mood_is("hang-in-mid-page")) usleep(1000);
    if (lines_read >= LINES) return END;
    if (room < WIDTH) return INVAL;
    memset(data, 255 - lines_read / 3, WIDTH);
    *length = WIDTH;
    lines_read++;
    return GOOD;
}

void sane_cancel(void *handle) { (void)handle; }
