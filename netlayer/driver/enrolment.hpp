#pragma once
// The site's side of an invitation: shows the one-time key to the coordinator and asks that the
// site's own key be admitted. One thread; waits at most as long as it is told. operations
// section 1.

#include <string>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "netlayer/driver/keys.hpp"

namespace tributary::netlayer {

struct EnrolmentRequest {
    std::string endpoint;    ///< the coordinator's
    std::string server_key;  ///< its CURVE key
    KeyPair one_time;        ///< of the invitation
    std::string public_key;  ///< to be admitted
    Micros timeout = std::chrono::seconds(10);
};

/// @return  when the coordinator has filed the request; its operator decides
/// @error   permission (used, out of date or withdrawn), unreachable, invalid_argument
Status request_enrolment(const EnrolmentRequest& request);

}  // namespace tributary::netlayer
