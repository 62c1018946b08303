#include <gtest/gtest.h>
#include <sys/socket.h>

#include <filesystem>

#include "app/control/client.hpp"
#include "app/control/server.hpp"

namespace tributary::app {
namespace {

class ControlTest : public testing::Test {
 protected:
    void SetUp() override {
        std::string pattern = testing::TempDir() + "tributary-ctl-XXXXXX";
        ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
        state_ = pattern;
    }
    void TearDown() override { std::filesystem::remove_all(state_); }

    std::filesystem::path state_;
};

TEST_F(ControlTest, CarriesJsonBodyAndProgress) {
    auto server = ControlServer::start(
        state_, [](const ControlFrame& request, const ProgressReporter& report) {
            EXPECT_EQ(request.json, R"({"command":"echo"})");
            EXPECT_TRUE(report("1"));
            EXPECT_TRUE(report("2"));
            return Result<ControlFrame>(ControlFrame{R"({"ok":true})", request.body});
        });
    ASSERT_TRUE(server) << server.error().message;
    std::string seen;

    const auto answer = ask(state_, {R"({"command":"echo"})", Bytes{1, 2, 3}},
                            [&seen](const std::string& json) { seen += json; });

    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(answer->body, (Bytes{1, 2, 3}));
    EXPECT_EQ(answer->json, R"({"ok":true})");
    EXPECT_EQ(seen, "12");
}

TEST_F(ControlTest, PassesErrorsWithTheirCode) {
    auto server = ControlServer::start(state_, [](const ControlFrame&, const ProgressReporter&) {
        return Result<ControlFrame>(fail(Errc::mismatch, "another schema"));
    });
    ASSERT_TRUE(server);

    const auto answer = ask(state_, {"{}", {}});

    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, Errc::mismatch);
    EXPECT_EQ(answer.error().message, "another schema");
}

TEST_F(ControlTest, NobodyThereNamesTheNextCommand) {
    const auto answer = ask(state_, {"{}", {}});

    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, Errc::unreachable);
    EXPECT_NE(answer.error().message.find("tributary agent --state"), std::string::npos);
}

TEST_F(ControlTest, LyingSizesAreRefusedBeforeMemoryIsTaken) {
    int ends[2];
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    const UnixSocket near(ends[0]);
    const UnixSocket far(ends[1]);
    const Bytes lie(8, 0xff);
    ASSERT_EQ(::send(near.get(), lie.data(), lie.size(), 0), 8);

    const auto frame = receive_frame(far.get());

    ASSERT_FALSE(frame);
    EXPECT_EQ(frame.error().code, Errc::corrupt);
}

}  // namespace
}  // namespace tributary::app
