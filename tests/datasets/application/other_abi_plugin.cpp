// A plug-in as another program would bring it.

#include "datasets/application/plugin_abi.h"

extern "C" const TributaryApplications* tributary_applications_v1() {
    static const TributaryApplications applications = {99,      nullptr, nullptr, nullptr,
                                                       nullptr, nullptr, nullptr};
    return &applications;
}
