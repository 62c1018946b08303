#include "app/cli/input_options.hpp"

#include <CLI/CLI.hpp>
#include <iostream>

#include "app/cli/command.hpp"

namespace tributary::app {

void add_input_options(CLI::App& command, InputOptions& options, Rules rules) {
    command.add_option("files", options.files, "Captures (pcap, pcapng; plain, .gz or .zst)")
        ->required();
    command.add_option("--input", options.kind, "What the captures hold: auto, packets or exports")
        ->check(CLI::IsMember({"auto", "packets", "exports"}))
        ->capture_default_str();
    command
        .add_option("--reader", options.reader,
                    "mapped (plain pcap files; all others libpcap) or libpcap")
        ->check(CLI::IsMember({"mapped", "libpcap"}))
        ->capture_default_str();
    command.add_flag("--key-vlan", options.key_vlan, "Keep flows of different VLANs apart");
    command.add_flag("--open-tunnels", options.open_tunnels,
                     "Meter what IP in IP, GRE, ERSPAN and VXLAN carry");
    if (rules == Rules::none) return;
    command.add_option("--rules", options.rules, "Rule file that labels the flows")
        ->required(rules == Rules::required);
}

Result<FlowInput> flow_input(const InputOptions& options) {
    FlowInput input;
    for (const std::string& file : options.files) {
        // Absolute, because an agent that reads it has another working folder.
        input.files.push_back(std::filesystem::absolute(file));
    }
    if (!options.rules.empty()) input.rules = std::filesystem::absolute(options.rules);
    TRIBUTARY_TRY(input.ingest.kind, parse_input_kind(options.kind));
    input.ingest.key_vlan = options.key_vlan;
    input.ingest.open_tunnels = options.open_tunnels;
    TRIBUTARY_TRY(input.ingest.reader, parse_reader(options.reader));
    return input;
}

int report_damage(const datasets::IngestReport& report) {
    for (const std::string& sentence : damage_sentences(report)) {
        std::cerr << "tributary: " << sentence << "\n";
    }
    return report.damages.empty() ? kExitDone : kExitFailed;
}

}  // namespace tributary::app
