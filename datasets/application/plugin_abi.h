#pragma once
// What a plug-in that recognizes applications offers, in C: it is a shared object of its own, made
// for one version of one library, so that the program neither needs nor carries that library.
// A change of this structure gets a new number and a new name of the function.

#include <stddef.h>
#include <stdint.h>

#define TRIBUTARY_APPLICATIONS_ABI 1
#define TRIBUTARY_APPLICATIONS_SYMBOL "tributary_applications_v1"

#ifdef __cplusplus
extern "C" {
#endif

struct TributaryApplications {
    uint32_t abi; /* TRIBUTARY_APPLICATIONS_ABI */
    /* A recognizer, or null with the reason: for one, that the installed library is another version
       than the plug-in was made for. */
    void* (*open)(char* reason, size_t reason_size);
    void (*close)(void* self);
    /* What recognizes, and in which version. */
    const char* (*description)(void* self);
    /* The name of an application; null beyond the last. Number 0 stands for unknown. */
    const char* (*name_of)(void* self, uint16_t application);
    /* Looks at the IP header of a packet and what follows. *flow is null at first, is made here and
       is gone when the answer is not 0. 0: cannot tell yet. */
    uint16_t (*look)(void* self, void** flow, const uint8_t* ip, uint16_t size, int64_t time_ms);
    /* No packet follows. *flow is gone afterwards. */
    uint16_t (*give_up)(void* self, void** flow);
};

/* The one function of a plug-in. */
const struct TributaryApplications* tributary_applications_v1(void);

#ifdef __cplusplus
}
#endif
