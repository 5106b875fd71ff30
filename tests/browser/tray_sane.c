/* A libsane driver for the walks: a scanner with a glass and a one-sided feeder, whose paper is files. All lies in the
 * folder that the variable TRAY names:
 *
 *   0001.pgm   a sheet, 200 dpi, eight bit grey; the first by name is uppermost, and gone once it was fed
 *   0002.jam   in its place among the sheets: the feeder jams here
 *   hold       while this file is there, paper runs so slowly that one can look
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../drivers/scanner/tests/support/sane.h"

enum { DRAWN_DPI = 200, LONGEST_NAME = 256 };
#define MILLIMETRES(mm) ((mm) << 16)

static const char *sources[] = {"ADF", "Flatbed", NULL}, *modes[] = {"Color", "Gray", NULL};
static const Word resolutions[] = {2, 200, 300};
static const Word across[] = {0, MILLIMETRES(210), 0}, down[] = {0, MILLIMETRES(297), 0};

enum { COUNT, SOURCE, MODE, RESOLUTION, LEFT, TOP, RIGHT, BOTTOM, OPTIONS };
static const Option options[OPTIONS] = {
    {"", "", "", INT, 0, sizeof(Word), 4, 0, NULL},
    {"source", "Source", "", STRING, 0, 16, SOFT, STRINGS, sources},
    {"mode", "Mode", "", STRING, 0, 16, SOFT, STRINGS, modes},
    {"resolution", "Resolution", "", INT, DPI, sizeof(Word), SOFT, WORDS, resolutions},
    {"tl-x", "Left", "", FIXED, MM, sizeof(Word), SOFT, RANGE, across},
    {"tl-y", "Top", "", FIXED, MM, sizeof(Word), SOFT, RANGE, down},
    {"br-x", "Right", "", FIXED, MM, sizeof(Word), SOFT, RANGE, across},
    {"br-y", "Bottom", "", FIXED, MM, sizeof(Word), SOFT, RANGE, down},
};
static Word values[OPTIONS];
static unsigned char *sheet;
static int width, lines, line;

static const char *in_tray(const char *name) {
    static char path[1024];
    snprintf(path, sizeof path, "%s/%s", getenv("TRAY"), name);
    return path;
}

/* What lies uppermost in the tray: 0 when nothing does. */
static int uppermost(char name[LONGEST_NAME]) {
    DIR *tray = opendir(getenv("TRAY"));
    struct dirent *entry;
    *name = 0;
    while (tray && (entry = readdir(tray))) {
        const char *kind = strrchr(entry->d_name, '.');
        if (!kind || (strcmp(kind, ".pgm") && strcmp(kind, ".jam"))) continue;
        if (!*name || strcmp(entry->d_name, name) < 0) snprintf(name, LONGEST_NAME, "%s", entry->d_name);
    }
    if (tray) closedir(tray);
    return *name != 0;
}

static int load(const char *name) {
    FILE *file = fopen(in_tray(name), "rb");
    int got = file && fscanf(file, "P5 %d %d 255", &width, &lines) == 2 && fgetc(file) == '\n';
    if (got) {
        sheet = realloc(sheet, (size_t)width * lines);
        got = sheet && fread(sheet, width, lines, file) == (size_t)lines;
    }
    if (file) fclose(file);
    return got;
}

Word sane_tray_init(Word *version, void *authorize) {
    (void)authorize;
    if (version) *version = 0x01000000;
    return GOOD;
}

void sane_tray_exit(void) {}

Word sane_tray_get_devices(const Device ***list, Word local_only) {
    static const Device one = {"1", "Hoa Phượng", "HP-25", "sheetfed scanner"};
    static const Device *devices[] = {&one, NULL};
    (void)local_only;
    *list = devices;
    return GOOD;
}

Word sane_tray_open(const char *name, void **handle) {
    if (*name && strcmp(name, "1")) return INVAL;
    values[SOURCE] = values[MODE] = values[LEFT] = values[TOP] = 0;
    values[RESOLUTION] = DRAWN_DPI;
    values[RIGHT] = across[1];
    values[BOTTOM] = down[1];
    *handle = values;
    return GOOD;
}

void sane_tray_close(void *handle) { (void)handle; }

const void *sane_tray_get_option_descriptor(void *handle, Word option) {
    (void)handle;
    return option >= 0 && option < OPTIONS ? &options[option] : NULL;
}

Word sane_tray_control_option(void *handle, Word option, Word action, void *value, Word *info) {
    (void)handle;
    if (info) *info = 0;
    if (option < 0 || option >= OPTIONS || action > SET || (action == SET && option == COUNT)) return INVAL;
    values[COUNT] = OPTIONS;
    const char *const *words = option == SOURCE ? sources : option == MODE ? modes : NULL;
    if (action == GET && words) strcpy(value, words[values[option]]);
    else if (action == GET) *(Word *)value = values[option];
    else if (words) values[option] = strcmp(value, words[0]) != 0;
    else values[option] = *(Word *)value;
    return GOOD;
}

static int channels(void) { return values[MODE] == 0 ? 3 : 1; }
static int scaled(int drawn) { return drawn * values[RESOLUTION] / DRAWN_DPI; }

Word sane_tray_get_parameters(void *handle, Parameters *p) {
    Parameters page = {channels() == 3, 1, scaled(width) * channels(), scaled(width), scaled(lines), 8};
    (void)handle;
    *p = page;
    return GOOD;
}

Word sane_tray_start(void *handle) {
    char name[LONGEST_NAME];
    (void)handle;
    line = 0;
    if (!uppermost(name)) return NO_DOCS;
    int jam = strstr(name, ".jam") != NULL;
    if (!jam && !load(name)) return INVAL;
    unlink(in_tray(name));
    return jam ? JAMMED : GOOD;
}

Word sane_tray_read(void *handle, unsigned char *data, Word room, Word *length) {
    int each = channels(), long_ = scaled(width);
    (void)handle;
    *length = 0;
    int many = access(in_tray("hold"), F_OK) ? room / (long_ * each) : (usleep(20000), 1);
    if (line == scaled(lines)) return END;
    if (many < 1) return INVAL;
    for (; many && line < scaled(lines); many--, line++) {
        const unsigned char *from = sheet + (size_t)(line * DRAWN_DPI / values[RESOLUTION]) * width;
        for (int x = 0; x < long_; x++) {
            memset(data + *length, from[x * DRAWN_DPI / values[RESOLUTION]], each);
            *length += each;
        }
    }
    return GOOD;
}

void sane_tray_cancel(void *handle) { (void)handle; }

Word sane_tray_set_io_mode(void *handle, Word non_blocking) { (void)handle; return non_blocking ? 1 : GOOD; }
Word sane_tray_get_select_fd(void *handle, Word *fd) { (void)handle; (void)fd; return 1; }
const char *sane_tray_strstatus(Word status) { (void)status; return "?"; }
