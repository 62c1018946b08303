#include "netlayer/driver/authenticator.hpp"

#include <gtest/gtest.h>

namespace tributary::netlayer {
namespace {

/// A request in the layout of ZeroMQ RFC 27, with a route in front.
std::vector<Bytes> request_of(const std::string& mechanism, const Bytes& credentials) {
    return {to_bytes("route"),     {}, to_bytes("1.0"),     to_bytes("7"), to_bytes("tributary"),
            to_bytes("127.0.0.1"), {}, to_bytes(mechanism), credentials};
}

TEST(Authenticator, AnAcceptedKeyBecomesTheUserId) {
    const Bytes raw(32, 9);

    const auto reply = authentication_reply(request_of("CURVE", raw), [&](const std::string& key) {
        return key == key_text(raw.data());
    });

    const std::vector<Bytes> expected = {to_bytes("route"),
                                         {},
                                         to_bytes("1.0"),
                                         to_bytes("7"),
                                         to_bytes("200"),
                                         to_bytes("OK"),
                                         to_bytes(key_text(raw.data())),
                                         {}};
    EXPECT_EQ(reply, expected);
}

TEST(Authenticator, EverythingElseIsRefused) {
    const KeyJudge everybody = [](const std::string&) { return true; };
    const KeyJudge nobody = [](const std::string&) { return false; };
    auto old_version = request_of("CURVE", Bytes(32, 9));
    old_version[2] = to_bytes("0.9");
    auto more_frames = request_of("CURVE", Bytes(32, 9));
    more_frames.emplace_back();

    const std::vector<std::vector<Bytes>> replies = {
        authentication_reply(request_of("CURVE", Bytes(32, 9)), nobody),
        authentication_reply(request_of("CURVE", Bytes(31, 9)), everybody),
        authentication_reply(request_of("NULL", {}), everybody),
        authentication_reply(request_of("PLAIN", to_bytes("admin")), everybody),
        authentication_reply(old_version, everybody),
        authentication_reply(more_frames, everybody)};

    for (const auto& reply : replies) {
        ASSERT_EQ(reply.size(), 8U);
        EXPECT_EQ(as_text(reply[4]), "400");
        EXPECT_TRUE(reply[6].empty());
    }
}

TEST(Authenticator, ShortRequestsGetNoReply) {
    const KeyJudge everybody = [](const std::string&) { return true; };

    EXPECT_TRUE(authentication_reply({}, everybody).empty());
    EXPECT_TRUE(authentication_reply({to_bytes("route"), {}, to_bytes("1.0")}, everybody).empty());
}

}  // namespace
}  // namespace tributary::netlayer
