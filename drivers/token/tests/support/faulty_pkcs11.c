/* A PKCS#11 module that misbehaves on purpose: SoftHSM behind it does the work, and one function goes wrong.
 *
 *   FAULT          how it misbehaves, below
 *   FAULT_AT       only at this signature, from 1; every later one as well where a token is pulled out
 *   FAULT_ONCE     a file: only until it exists, so that a test can see the call after
 *   FAULT_MODULE   the module behind
 *   FAULT_LOG      a file that gets a line for every login and logout the token saw
 *   FAULT_PIN      what a person types on the token's own pad
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef unsigned long Ulong;
typedef Ulong (*Call)(Ulong, void *, Ulong, void *, Ulong *);
typedef struct { unsigned char major, minor; void *calls[68]; } Functions;

/* Places in CK_FUNCTION_LIST. */
enum { INITIALIZE = 0, GET_LIST = 3, SLOT_LIST = 4, SLOT_INFO = 5, TOKEN_INFO = 6, LOGIN = 18, LOGOUT = 19,
       SIGN_INIT = 42, SIGN = 43 };
enum { OK = 0, GENERAL_ERROR = 0x5, DEVICE_ERROR = 0x30, DEVICE_REMOVED = 0x32, FUNCTION_CANCELED = 0x50,
       MECHANISM_INVALID = 0x70, PIN_INCORRECT = 0xA0, PIN_LOCKED = 0xA4, PIN_EXPIRED = 0xA3,
       SESSION_HANDLE_INVALID = 0xB3, TOKEN_NOT_PRESENT = 0xE0, USER_ALREADY_LOGGED_IN = 0x100 };
enum { TOKEN_PRESENT = 1, PIN_PAD = 0x100, COUNT_LOW = 0x10000, FINAL_TRY = 0x20000, LOCKED = 0x40000, TO_BE_CHANGED = 0x80000 };

static Functions *real, ours;
static int signatures, gone, last_try, left_alone;

static int set(const char *fault) {
    const char *named = getenv("FAULT"), *once = getenv("FAULT_ONCE");
    if (!named || strcmp(named, fault)) return 0;
    return !once || open(once, O_CREAT | O_EXCL | O_WRONLY, 0600) >= 0;
}

static int due(const char *fault) {
    const char *at = getenv("FAULT_AT");
    return (!at || signatures == atoi(at)) && set(fault);
}

/* Hangs or crashes where the test wants it: "hang-in-sign" and the like. */
static void trap(const char *where) {
    char fault[64];
    snprintf(fault, sizeof fault, "hang-in-%s", where);
    if (due(fault)) for (;;) pause();
    snprintf(fault, sizeof fault, "crash-in-%s", where);
    if (due(fault)) abort();
    snprintf(fault, sizeof fault, "leave-in-%s", where);
    if (due(fault)) _exit(0);
}

static void note(const char *what) {
    const char *log = getenv("FAULT_LOG");
    int file = log ? open(log, O_CREAT | O_APPEND | O_WRONLY, 0600) : -1;
    if (file < 0) return;
    if (write(file, what, strlen(what)) < 0) abort();
    close(file);
}

static Ulong initialize(void *arguments) {
    if (set("chatter")) { printf("driver 1.0 says hello\n"); fflush(stdout); }
    trap("initialize");
    if (set("no-reader")) return GENERAL_ERROR;
    return ((Ulong(*)(void *))real->calls[INITIALIZE])(arguments);
}

static Ulong slot_list(unsigned char present, Ulong *slots, Ulong *count) {
    trap("list");
    if (set("no-token")) { *count = 0; return OK; }
    return ((Ulong(*)(unsigned char, Ulong *, Ulong *))real->calls[SLOT_LIST])(present, slots, count);
}

/* CK_SLOT_INFO: 64 + 32 bytes of text, then the flags. */
static Ulong slot_info(Ulong slot, unsigned char *info) {
    Ulong value = ((Ulong(*)(Ulong, void *))real->calls[SLOT_INFO])(slot, info);
    if (gone) *(Ulong *)(info + 96) &= ~(Ulong)TOKEN_PRESENT;
    return value;
}

/* CK_TOKEN_INFO: 32 + 32 + 16 + 16 bytes of text, then the flags. */
static Ulong token_info(Ulong slot, unsigned char *info) {
    Ulong value = ((Ulong(*)(Ulong, void *))real->calls[TOKEN_INFO])(slot, info);
    Ulong *flags = (Ulong *)(info + 96);
    if (set("locked")) *flags |= LOCKED;
    if (set("must-change")) *flags |= TO_BE_CHANGED;
    if (set("pin-pad")) *flags |= PIN_PAD;
    *flags &= ~(Ulong)COUNT_LOW;
    if (last_try) {
        if (set("few")) *flags |= COUNT_LOW;
        if (set("last")) *flags |= COUNT_LOW | FINAL_TRY;
        if (set("locks")) *flags |= LOCKED;
    }
    return value;
}

static Ulong login(Ulong session, Ulong user, unsigned char *pin, Ulong length) {
    Ulong value;
    trap("login");
    if (set("locked-at-login")) return PIN_LOCKED;
    if (set("expired")) return PIN_EXPIRED;
    if (set("cancelled")) return FUNCTION_CANCELED;
    /* Another program is logged in, and this vendor's login is one for all of them. */
    if (set("shared-for-ever") || (set("shared-login") && !left_alone)) return USER_ALREADY_LOGGED_IN;
    if (!pin && set("pin-pad")) { pin = (unsigned char *)getenv("FAULT_PIN"); length = strlen((char *)pin); }
    value = ((Ulong(*)(Ulong, Ulong, void *, Ulong))real->calls[LOGIN])(session, user, pin, length);
    last_try = value == PIN_INCORRECT;
    note(value == OK ? "in\n" : "refused\n");
    return value;
}

static Ulong logout(Ulong session) {
    Ulong value;
    trap("logout");
    if ((set("shared-for-ever") || set("shared-login")) && !left_alone) { left_alone = 1; note("others out\n"); return OK; }
    value = ((Ulong(*)(Ulong))real->calls[LOGOUT])(session);
    if (value == OK) note("out\n");
    return value;
}

/* CK_MECHANISM begins with its type. */
static Ulong sign_init(Ulong session, Ulong *mechanism, Ulong key) {
    static const Ulong rsa = 1, sha256_rsa = 0x40, ecdsa = 0x1041, ecdsa_sha256 = 0x1044, ecdsa_sha384 = 0x1045;
    int digests_itself = *mechanism == sha256_rsa || *mechanism == ecdsa_sha256 || *mechanism == ecdsa_sha384;
    if (set("digests-only") && digests_itself) return MECHANISM_INVALID;
    if (set("messages-only") && (*mechanism == rsa || *mechanism == ecdsa)) return MECHANISM_INVALID;
    if (set("nothing")) return MECHANISM_INVALID;
    return ((Ulong(*)(Ulong, void *, Ulong))real->calls[SIGN_INIT])(session, mechanism, key);
}

static Ulong sign(Ulong session, void *data, Ulong length, unsigned char *signature, Ulong *room) {
    static const struct { const char *fault; Ulong value; int slot_empty; } pulled[] = {
        {"removed", DEVICE_REMOVED, 1},
        {"not-present", TOKEN_NOT_PRESENT, 1},
        {"session-invalid", SESSION_HANDLE_INVALID, 0},
        {"device-error", DEVICE_ERROR, 1},
        {"general-error", GENERAL_ERROR, 1},
        {"error-with-token", DEVICE_ERROR, 0},
    };
    Ulong value;
    if (!signature) return ((Call)real->calls[SIGN])(session, data, length, signature, room);
    signatures++;
    trap("sign");
    for (size_t i = 0; i < sizeof pulled / sizeof *pulled; i++)
        if (due(pulled[i].fault)) { gone = pulled[i].slot_empty; return pulled[i].value; }
    value = ((Call)real->calls[SIGN])(session, data, length, signature, room);
    if (value == OK && due("lies")) signature[7] ^= 1;
    if (value == OK && due("odd")) (*room)--;
    return value;
}

Ulong C_GetFunctionList(Functions **list) {
    Ulong (*get)(Functions **);
    void *module = dlopen(getenv("FAULT_MODULE"), RTLD_NOW | RTLD_LOCAL);
    trap("load");
    if (!module) return GENERAL_ERROR;
    *(void **)&get = dlsym(module, "C_GetFunctionList");
    if (!get || get(&real) != OK) return GENERAL_ERROR;
    ours = *real;
    ours.calls[INITIALIZE] = (void *)initialize;
    ours.calls[SLOT_LIST] = (void *)slot_list;
    ours.calls[SLOT_INFO] = (void *)slot_info;
    ours.calls[TOKEN_INFO] = (void *)token_info;
    ours.calls[LOGIN] = (void *)login;
    ours.calls[LOGOUT] = (void *)logout;
    ours.calls[SIGN_INIT] = (void *)sign_init;
    ours.calls[SIGN] = (void *)sign;
    *list = &ours;
    return OK;
}
