#include "netlayer/driver/enrolment.hpp"

#include <zmq.h>

#include <array>

#include "netlayer/driver/connection.hpp"
#include "netlayer/wire/codec.hpp"

namespace tributary::netlayer {

namespace {

constexpr long kLongestPollMs = 50;

tl::unexpected<Error> refused() {
    return fail(Errc::permission,
                "the coordinator does not take this invitation: it was used, its time is over, or "
                "it was withdrawn. Ask its operator for another one: tributary coordinator invite");
}

/// The coordinator's answer, if it came.
/// @return  whether the request was filed
std::optional<bool> answer_of(Connection& connection, const std::string& public_key) {
    while (const auto received = connection.receive()) {
        const auto frame = decode(received->payload);
        if (frame && !frame->message && frame->greeting.enrol_key == public_key) {
            return !frame->greeting.closed;
        }
    }
    return std::nullopt;
}

}  // namespace

Status request_enrolment(const EnrolmentRequest& request) {
    Frame asks{process_id_of_key(request.one_time.public_key), kServer};
    asks.greeting.enrol_key = request.public_key;
    TRIBUTARY_TRY(const Bytes greeting, encode(asks));
    const Context context;
    const Connection::Target target{request.endpoint, request.server_key};
    TRIBUTARY_TRY(Connection connection,
                  Connection::dial(context, target, request.one_time, SocketLimits{}, greeting));
    const SystemClock clock;
    const Micros deadline = clock.monotonic() + request.timeout;
    while (clock.monotonic() < deadline) {
        std::array<zmq_pollitem_t, 2> items{zmq_pollitem_t{connection.socket(), 0, ZMQ_POLLIN, 0},
                                            zmq_pollitem_t{connection.events(), 0, ZMQ_POLLIN, 0}};
        zmq_poll(items.data(), static_cast<int>(items.size()), kLongestPollMs);
        if (const auto filed = answer_of(connection, request.public_key)) {
            if (*filed) return {};
            return refused();
        }
        const Connection::State state = connection.refresh();
        if (state == Connection::State::refused) return refused();
        if (state == Connection::State::lost) break;
    }
    return fail(Errc::unreachable, "the coordinator at " + request.endpoint +
                                       " does not answer. Ask its operator whether it runs, and "
                                       "whether this address can be reached from here");
}

}  // namespace tributary::netlayer
