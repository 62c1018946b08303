// The plug-in for nDPI: a shared object of its own, built where libndpi-dev is installed. Its flow
// structure belongs to one version of the library, so another one is refused at load.

#include <ndpi/ndpi_api.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>

#include "datasets/application/plugin_abi.h"

// Tests build this file for a version that does not exist.
#ifndef TRIBUTARY_NDPI_API_VERSION
#define TRIBUTARY_NDPI_API_VERSION NDPI_API_VERSION
#endif

namespace {

struct Recognizer {
    ndpi_detection_module_struct* module = nullptr;
    std::string description;
};

Recognizer& recognizer(void* self) {
    return *static_cast<Recognizer*>(self);
}

bool is_the_right_version(char* reason, size_t reason_size) {
    const unsigned loaded = ndpi_get_api_version();
    const bool is_right = loaded == TRIBUTARY_NDPI_API_VERSION &&
                          ndpi_detection_get_sizeof_ndpi_flow_struct() == sizeof(ndpi_flow_struct);
    if (is_right) return true;
    std::snprintf(reason, reason_size,
                  "it was built for the interface %u of nDPI, and nDPI %s has %u. Build it again",
                  static_cast<unsigned>(TRIBUTARY_NDPI_API_VERSION), ndpi_revision(), loaded);
    return false;
}

void* open_ndpi(char* reason, size_t reason_size) {
    if (!is_the_right_version(reason, reason_size)) return nullptr;
    ndpi_detection_module_struct* const module = ndpi_init_detection_module(ndpi_no_prefs);
    if (module == nullptr) {
        std::snprintf(reason, reason_size, "nDPI could not be started. Free some memory");
        return nullptr;
    }
    NDPI_PROTOCOL_BITMASK all;
    NDPI_BITMASK_SET_ALL(all);
    ndpi_set_protocol_detection_bitmask2(module, &all);
    ndpi_finalize_initialization(module);
    auto made = std::make_unique<Recognizer>();
    made->module = module;
    made->description = std::string("nDPI ") + ndpi_revision();
    return made.release();
}

void close_ndpi(void* self) {
    const std::unique_ptr<Recognizer> owned(&recognizer(self));
    ndpi_exit_detection_module(owned->module);
}

const char* description_of(void* self) {
    return recognizer(self).description.c_str();
}

const char* name_of(void* self, uint16_t application) {
    ndpi_detection_module_struct* const module = recognizer(self).module;
    if (application >= ndpi_get_num_supported_protocols(module)) return nullptr;
    return ndpi_get_proto_name(module, application);
}

void forget(void** flow) {
    ndpi_free_flow(static_cast<ndpi_flow_struct*>(*flow));
    *flow = nullptr;
}

/// The application if it is known, else the protocol that carries it.
uint16_t most_precise(const ndpi_protocol& protocol) {
    return protocol.app_protocol != NDPI_PROTOCOL_UNKNOWN ? protocol.app_protocol
                                                          : protocol.master_protocol;
}

uint16_t look(void* self, void** flow, const uint8_t* ip, uint16_t size, int64_t time_ms) {
    if (*flow == nullptr) {
        *flow = ndpi_flow_malloc(sizeof(ndpi_flow_struct));
        if (*flow == nullptr) return 0;
        std::memset(*flow, 0, sizeof(ndpi_flow_struct));
    }
    const ndpi_protocol protocol = ndpi_detection_process_packet(
        recognizer(self).module, static_cast<ndpi_flow_struct*>(*flow), ip, size,
        static_cast<uint64_t>(time_ms));
    const uint16_t application = most_precise(protocol);
    if (application != 0) forget(flow);
    return application;
}

/// Ports are not guessed by: a label says what was seen.
uint16_t give_up(void* self, void** flow) {
    if (*flow == nullptr) return 0;
    uint8_t was_guessed = 0;
    const ndpi_protocol protocol = ndpi_detection_giveup(
        recognizer(self).module, static_cast<ndpi_flow_struct*>(*flow), 0, &was_guessed);
    forget(flow);
    return was_guessed != 0 ? uint16_t{0} : most_precise(protocol);
}

}  // namespace

extern "C" const TributaryApplications* tributary_applications_v1() {
    static const TributaryApplications applications = {
        TRIBUTARY_APPLICATIONS_ABI, open_ndpi, close_ndpi, description_of, name_of, look, give_up};
    return &applications;
}
