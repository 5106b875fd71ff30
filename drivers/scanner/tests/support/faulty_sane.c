/* A libsane that misbehaves on purpose, for tests/faults.rs. The variable FAULT says how; a file named by
 * FAULT_ONCE makes it misbehave only until that file exists, so that a test can see the scan after. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef int Word;
typedef struct { const char *name, *vendor, *model, *kind; } Device;
typedef struct { Word format, last_frame, bytes_per_line, pixels_per_line, lines, depth; } Parameters;

enum { GOOD = 0, INVAL = 4, END = 5, NO_DOCS = 7, IO_ERROR = 9 };
enum { WIDTH = 40, LINES = 30 };

static int lines_read;
static int sheets_fed;

static int faulty(const char *fault) {
    const char *set = getenv("FAULT"), *once = getenv("FAULT_ONCE");
    if (!set || strcmp(set, fault)) return 0;
    if (!once) return 1;
    return open(once, O_CREAT | O_EXCL | O_WRONLY, 0600) >= 0;
}

static void crash(void) { abort(); }

static void hang(void) { for (;;) pause(); }

Word sane_init(Word *version, void *authorize) {
    (void)authorize;
    if (version) *version = 0x01000000;
    if (faulty("chatter")) { printf("driver 1.0 says hello\n"); fflush(stdout); }
    if (faulty("hang-in-init")) hang();
    return GOOD;
}

void sane_exit(void) {}

Word sane_get_devices(const Device ***list, Word local_only) {
    static const Device one = {"faulty:0", "Faulty", "One", "flatbed scanner"};
    static const Device nameless = {NULL, NULL, NULL, NULL};
    static const Device *devices[] = {&one, NULL}, *strange[] = {&one, &nameless, NULL}, *none[] = {NULL};
    (void)local_only;
    *list = faulty("no-devices") ? none : faulty("nameless") ? strange : devices;
    return GOOD;
}

Word sane_open(const char *name, void **handle) {
    if (faulty("crash-in-open")) crash();
    if (faulty("open-fails")) return IO_ERROR;
    if (strcmp(name, "faulty:0")) return INVAL;
    sheets_fed = 0;
    *handle = &sheets_fed;
    return GOOD;
}

void sane_close(void *handle) { (void)handle; }

const void *sane_get_option_descriptor(void *handle, Word option) { (void)handle; (void)option; return NULL; }

Word sane_control_option(void *handle, Word option, Word action, void *value, Word *info) {
    (void)handle; (void)info;
    if (option != 0 || action != 0) return INVAL;
    *(Word *)value = faulty("many-options") ? 0x7fffffff : 1;
    return GOOD;
}

Word sane_get_parameters(void *handle, Parameters *p) {
    Parameters good = {0, 1, WIDTH, WIDTH, LINES, 8};
    (void)handle;
    *p = good;
    if (faulty("no-width")) p->pixels_per_line = 0;
    if (faulty("short-lines")) p->bytes_per_line = WIDTH - 1;
    if (faulty("huge")) { p->bytes_per_line = 0x7fffffff; p->lines = 60000; }
    if (faulty("unknown-frame")) p->format = 77;
    return GOOD;
}

Word sane_start(void *handle) {
    (void)handle;
    lines_read = 0;
    if (faulty("crash-in-start")) crash();
    if (faulty("unknown-status")) return 4711;
    if (faulty("leave")) _exit(0);
    sheets_fed++;
    return GOOD;
}

Word sane_read(void *handle, unsigned char *data, Word room, Word *length) {
    (void)handle;
    *length = 0;
    if (faulty("hang-in-read")) hang();
    if (lines_read >= LINES / 2) {
        if (faulty("hang-in-mid-page")) hang();
        if (faulty("leave-in-mid-page")) _exit(0);
        if (faulty("crash-in-mid-page")) crash();
        if (faulty("unplugged-in-mid-page")) return IO_ERROR;
        if (faulty("paper-ends-in-mid-page")) return NO_DOCS;
    }
    if (faulty("reads-too-much")) { *length = room + 1; return GOOD; }
    if (faulty("reads-nothing")) return GOOD;
    if (lines_read >= LINES) return END;
    if (room < WIDTH) return INVAL;
    if (faulty("forked-reader") && fork() == 0) hang();
    memset(data, 255 - lines_read, WIDTH);
    *length = WIDTH;
    lines_read++;
    return GOOD;
}

void sane_cancel(void *handle) {
    (void)handle;
    if (sheets_fed == 0) return;
    if (faulty("hang-in-cancel")) hang();
    if (faulty("crash-in-cancel")) crash();
}
