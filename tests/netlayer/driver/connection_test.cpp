#include "netlayer/driver/connection.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

namespace tributary::netlayer {
namespace {

using namespace std::chrono_literals;

constexpr auto kPatience = 30s;

/// What nobody reads keeps a closed connection for the time of its linger. The thread sanitizer
/// looks at every byte of it that the library copies.
#ifdef __SANITIZE_THREAD__
constexpr std::size_t kUnread = std::size_t{256} << 10U;
#else
constexpr std::size_t kUnread = std::size_t{8} << 20U;
#endif

bool comes_up(Connection& connection) {
    const auto end = std::chrono::steady_clock::now() + kPatience;
    while (std::chrono::steady_clock::now() < end) {
        if (connection.refresh() == Connection::State::up) return true;
        std::this_thread::sleep_for(1ms);
    }
    return false;
}

/// The library waits for ever for room in a stream of events that was closed before the watching
/// ended, and no connection of the context moves any more: a member whose parent left was dead.
TEST(Connection, WhatHappensToOneAfterItsEndStopsNoOther) {
    auto context = std::make_unique<Context>();
    const Context far;
    const KeyPair keys = *generate_keys();
    const KeyPair far_keys = *generate_keys();
    const auto listener = Socket::listen(far, "tcp://127.0.0.1:*", far_keys, {});
    ASSERT_TRUE(listener);
    {
        auto lost = Socket::listen(far, "tcp://127.0.0.1:*", far_keys, {});
        ASSERT_TRUE(lost);
        const Connection::Target target{lost->bound_endpoint(), far_keys.public_key};
        auto ended = Connection::dial(*context, target, keys, {}, Bytes(1));
        ASSERT_TRUE(ended && comes_up(*ended));
        for (int i = 0; i < 8; ++i) {
            ASSERT_EQ(ended->send(Bytes(kUnread)), SendOutcome::queued);
        }
        ended = tl::unexpected(Error{Errc::internal, "closed"});
    }
    std::this_thread::sleep_for(50ms);

    const Connection::Target target{listener->bound_endpoint(), far_keys.public_key};
    auto other = Connection::dial(*context, target, keys, {}, Bytes(1));

    ASSERT_TRUE(other);
    const bool up = comes_up(*other);
    EXPECT_TRUE(up);
    if (!up) static_cast<void>(context.release());  // it could not be ended either
}

TEST(Socket, ListensAtNoPortThatIsNone) {
    const Context context;
    const KeyPair keys = *generate_keys();
    for (const char* endpoint : {"tcp://127.0.0.1:99999", "tcp://127.0.0.1:12ab",
                                 "tcp://127.0.0.1:", "tcp://127.0.0.1:-1"}) {
        const auto socket = Socket::listen(context, endpoint, keys, {});

        ASSERT_FALSE(socket) << endpoint;
        EXPECT_EQ(socket.error().code, Errc::invalid_argument) << endpoint;
    }
}

}  // namespace
}  // namespace tributary::netlayer
