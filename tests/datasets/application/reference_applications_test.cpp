// The applications that nDPI's own suite expects of its captures, where they were seen in packets.
// The suite belongs to a later version of the library: what the installed one does not know by name
// is left out, and it is given all packets of a flow there but the first eight here.

#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>
#include <map>
#include <set>
#include <sstream>
#include <tuple>

#include "datasets/application/application_watcher.hpp"
#include "datasets/ingest.hpp"
#include "tests/datasets/packet/reference_data.hpp"

namespace tributary::datasets {
namespace {

using namespace testing;
namespace fs = std::filesystem;

using Ends = std::tuple<std::string, int, std::string, int, int>;
using Names = std::map<Ends, std::set<std::string>>;

Ends ends_of(const std::string& a, int a_port, const std::string& b, int b_port, int protocol) {
    const bool in_order = std::tie(a, a_port) <= std::tie(b, b_port);
    return in_order ? Ends{a, a_port, b, b_port, protocol} : Ends{b, b_port, a, a_port, protocol};
}

std::vector<std::string> split(const std::string& text, char separator) {
    std::vector<std::string> parts;
    std::istringstream cells(text);
    for (std::string cell; std::getline(cells, cell, separator);) parts.push_back(cell);
    return parts;
}

/// Of every capture, the names expected of the TCP and UDP flows between two IPv4 ends: the
/// application, and the protocol that carries it.
std::map<std::string, Names> expected_names(const fs::path& table) {
    std::map<std::string, Names> expected;
    std::ifstream in(table);
    for (std::string line; std::getline(in, line);) {
        const std::vector<std::string> row = split(line, ',');
        if (row.size() < 15 || row[10] != "DPI" || (row[2] != "TCP" && row[2] != "UDP")) continue;
        if (row[3].find(':') != std::string::npos) continue;
        const int protocol = row[2] == "TCP" ? kProtocolTcp : kProtocolUdp;
        const auto names = split(row[8], '.');
        expected[row[0]][ends_of(row[3], std::stoi(row[4]), row[5], std::stoi(row[6]), protocol)]
            .insert(names.begin(), names.end());
    }
    return expected;
}

std::set<std::string> known_names(const ApplicationWatcher& watcher) {
    std::set<std::string> known;
    for (std::uint16_t number = 1; !watcher.name_of(number).empty(); ++number) {
        known.insert(watcher.name_of(number));
    }
    return known;
}

TEST(NdpiReference, RecognizesTheApplicationsThatItsSuiteExpects) {
    const UnpackedArchive archive("pcap/ndpi-protocols.tar.zst");
    if (!archive.is_there()) {
        GTEST_SKIP() << "pcap/ndpi-protocols.tar.zst is not in the reference data";
    }
    const fs::path program = fs::read_symlink("/proc/self/exe");
    const fs::path plugin = ApplicationWatcher::ndpi_plugin_of(program);
    if (!fs::exists(plugin)) GTEST_SKIP() << "libndpi-dev is not installed";
    auto watcher = ApplicationWatcher::load(plugin);
    ASSERT_TRUE(watcher);
    const std::set<std::string> known = known_names(**watcher);
    std::size_t compared = 0;
    std::size_t labelled = 0;
    std::size_t equal = 0;
    for (const auto& [capture, names] : expected_names(archive.path() / "flows.csv")) {
        IngestOptions options;
        options.kind = InputKind::packets;
        options.watcher = watcher->get();
        const std::vector<fs::path> files = {archive.path() / "pcap" / capture};
        ASSERT_TRUE(ingest(files, options, [&](const FlowRecord& flow) {
            const auto found =
                names.find(ends_of(to_string(flow.src), flow.src_port, to_string(flow.dst),
                                   flow.dst_port, flow.protocol));
            const bool is_known =
                found != names.end() && std::ranges::all_of(found->second, [&](const auto& name) {
                    return known.contains(name);
                });
            if (!is_known) return;
            ++compared;
            labelled += flow.application != 0 ? 1 : 0;
            equal += found->second.contains((*watcher)->name_of(flow.application)) ? 1 : 0;
        }));
    }

    std::cout << compared << " flows, " << labelled << " labelled, " << equal << " as expected\n";
    // What the library can know is told by its own reader: ndpiReader 4.2 without guesses, with
    // eight packets of a flow (-d -T 8 -U 8), recognizes 1,705 of these flows, 94.6 % of them as
    // expected; with all packets that it takes, 1,715 and 94.8 %. One percent of either is left for
    // flows that are cut otherwise here.
    EXPECT_GT(compared, 2'700U);
    EXPECT_GE(labelled, 1'688U);
    EXPECT_GE(equal * 1000, labelled * 936);
}

}  // namespace
}  // namespace tributary::datasets
