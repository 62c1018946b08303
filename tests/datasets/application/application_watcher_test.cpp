#include "datasets/application/application_watcher.hpp"

#include <gtest/gtest.h>

#include "datasets/ingest.hpp"
#include "datasets/label/application_labels.hpp"
#include "tests/datasets/packet/packet_builder.hpp"

namespace tributary::datasets {
namespace {

using namespace testing;
namespace fs = std::filesystem;

constexpr std::uint64_t kSecond = 1'000'000;

/// Beside the folder of the test programs.
fs::path plugin(const std::string& name) {
    const fs::path program = fs::read_symlink("/proc/self/exe");
    return ApplicationWatcher::ndpi_plugin_of(program).parent_path() / name;
}

TEST(ApplicationWatcher, RefusesWhatIsMissingOrNoPluginByName) {
    const TemporaryFolder folder;
    const auto missing = ApplicationWatcher::load(folder.path() / "ndpi.so");
    const auto text = ApplicationWatcher::load(folder.write("text.so", to_bytes("text")));

    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().code, Errc::not_found);
    EXPECT_NE(missing.error().message.find("scripts/setup --all"), std::string::npos);
    ASSERT_FALSE(text);
    EXPECT_EQ(text.error().code, Errc::mismatch);
}

TEST(ApplicationWatcher, RefusesAPluginOfAnotherProgram) {
    const auto other = ApplicationWatcher::load(plugin("other_abi.so"));

    ASSERT_FALSE(other);
    EXPECT_EQ(other.error().code, Errc::mismatch);
    EXPECT_NE(other.error().message.find("version 99, not 1"), std::string::npos);
}

TEST(ApplicationWatcher, RefusesALibraryOfAnotherVersionThanThePluginWasMadeFor) {
    if (!fs::exists(plugin("ndpi.so"))) GTEST_SKIP() << "libndpi-dev is not installed";
    const auto other = ApplicationWatcher::load(plugin("ndpi_of_another_version.so"));

    ASSERT_FALSE(other);
    EXPECT_EQ(other.error().code, Errc::mismatch);
    EXPECT_NE(other.error().message.find("Build it again"), std::string::npos);
}

TEST(ApplicationLabels, NamesClassesByWhatMayStandInAName) {
    EXPECT_EQ(class_of_application("HTTP_Proxy"), "app-http_proxy");
    EXPECT_EQ(class_of_application("Sina(Weibo)"), "app-sina-weibo-");
    EXPECT_EQ(class_of_application(std::string(100, 'x')).size(), 64U);
}

/// A recognizer that knows every packet after the third and keeps count.
class CountingWatcher final : public PacketWatcher {
 public:
    void look(WatchedFlow& flow, const PacketInfo& packet) override {
        if (flow.is_over) return;
        ++shown;
        saw_ip = saw_ip && packet.network.size() >= 20 && packet.network[0] == 0x45;
        if (++flow.looked < 3) return;
        flow.application = 7;
        flow.is_over = true;
    }
    void end(WatchedFlow& flow) override {
        ended += flow.is_over ? 0 : 1;
        flow.is_over = true;
    }

    int shown = 0;
    int ended = 0;
    bool saw_ip = true;
};

std::vector<FlowRecord> watched_flows(const fs::path& file, PacketWatcher& watcher, Reader reader) {
    IngestOptions options;
    options.watcher = &watcher;
    options.reader = reader;
    std::vector<FlowRecord> flows;
    const std::vector<fs::path> files = {file};
    EXPECT_TRUE(ingest(files, options, [&](const FlowRecord& flow) { flows.push_back(flow); }));
    return flows;
}

TEST(Watching, ShowsTheFirstPacketsOfFlowsButNoLoneSyns) {
    const TemporaryFolder folder;
    PcapBuilder pcap;
    for (std::uint64_t i = 0; i < 5; ++i) {
        pcap.add(i * kSecond, ethernet(0x0800, ipv4({17, 1, 2}, udp(5, 6, Bytes(4, 1)))));
        pcap.add(i * kSecond + 1, ethernet(0x0800, ipv4({6, 1, 2}, tcp(5, 6, kFlagSyn))));
    }
    pcap.add(9 * kSecond, ethernet(0x0800, ipv4({17, 1, 2}, udp(5, 7))));
    const fs::path file = folder.write("a.pcap", pcap.bytes());

    for (const Reader reader : {Reader::mapped, Reader::libpcap}) {
        CountingWatcher watcher;
        const auto flows = watched_flows(file, watcher, reader);

        ASSERT_EQ(flows.size(), 3U);
        EXPECT_EQ(watcher.shown, 4);
        EXPECT_EQ(watcher.ended, 2);
        EXPECT_TRUE(watcher.saw_ip);
        const auto known = std::count_if(flows.begin(), flows.end(), [](const FlowRecord& flow) {
            return flow.application == 7 && flow.protocol == kProtocolUdp && flow.dst_port == 6;
        });
        EXPECT_EQ(known, 1);
    }
}

TEST(Ndpi, RecognizesAnApplicationByItsPackets) {
    if (!fs::exists(plugin("ndpi.so"))) GTEST_SKIP() << "libndpi-dev is not installed";
    auto watcher = ApplicationWatcher::load(plugin("ndpi.so"));
    ASSERT_TRUE(watcher) << watcher.error().message;
    ApplicationLabels labels(**watcher);
    const TemporaryFolder folder;
    PcapBuilder pcap;
    // A question for the address of example.com.
    const Bytes question =
        hex("1234 0100 0001 0000 0000 0000") + hex("07 6578616d706c65 03 636f6d 00 0001 0001");
    pcap.add(1, ethernet(0x0800, ipv4({17, 1, 2}, udp(40'000, 53, question))));

    const auto flows =
        watched_flows(folder.write("dns.pcap", pcap.bytes()), **watcher, Reader::mapped);

    ASSERT_EQ(flows.size(), 1U);
    EXPECT_EQ(labels.label(flows[0]).class_name, "app-dns");
    EXPECT_TRUE(labels.coverage().contains("app-tls"));
    EXPECT_EQ(labels.name().rfind("nDPI ", 0), 0U);
}

}  // namespace
}  // namespace tributary::datasets
