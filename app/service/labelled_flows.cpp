#include "app/service/labelled_flows.hpp"

#include <algorithm>

#include "datasets/feature/flow_encoder.hpp"
#include "datasets/feature/splt_schema.hpp"
#include "datasets/label/rule_file.hpp"

namespace tributary::app {

Result<LabelledFlows> read_labelled_flows(const FlowInput& input, const datasets::Schema& schema) {
    std::optional<datasets::RuleFile> rules;
    if (input.rules) {
        TRIBUTARY_TRY(rules, datasets::RuleFile::load(*input.rules));
    }
    LabelledFlows result;
    result.records.schema = &schema;
    result.records.features = datasets::FeatureMatrix(schema.width());
    if (rules) result.records.coverage = rules->coverage();

    datasets::FlowEncoder encoder(schema);
    std::vector<std::uint8_t> row(schema.width());
    const auto take = [&](const datasets::FlowRecord& flow) {
        encoder.encode(flow, row);
        result.flows.push_back(flow);
        result.flows.back().sequence = nullptr;  // it ends with this call
        result.records.features.append(row);
        datasets::LabelVote vote = rules ? rules->label(flow) : datasets::LabelVote{};
        result.records.labels.push_back(std::move(vote.class_name));
        result.evidence.push_back(std::move(vote.evidence));
    };
    datasets::IngestOptions options = input.ingest;
    options.keep_sequences = datasets::needs_sequences(schema);
    TRIBUTARY_TRY(result.report, datasets::ingest(input.files, options, take));
    return result;
}

std::uint64_t sampled_flows(const LabelledFlows& flows) {
    return static_cast<std::uint64_t>(std::ranges::count_if(
        flows.flows, [](const datasets::FlowRecord& flow) { return flow.sampling > 1; }));
}

Status refuse_sampled(const LabelledFlows& flows) {
    const std::uint64_t sampled = sampled_flows(flows);
    if (sampled == 0) return {};
    const std::uint32_t rate =
        std::ranges::max_element(flows.flows, {}, &datasets::FlowRecord::sampling)->sampling;
    return fail(Errc::mismatch,
                std::to_string(sampled) + " of " + std::to_string(flows.flows.size()) +
                    " flows come from sampled exports (one packet in " + std::to_string(rate) +
                    "), and multiplied counts would teach every site what full "
                    "counts never show. Export without sampling, or give "
                    "--allow-sampled");
}

Result<datasets::InputKind> parse_input_kind(const std::string& name) {
    if (name == "auto") return datasets::InputKind::automatic;
    if (name == "packets") return datasets::InputKind::packets;
    if (name == "exports") return datasets::InputKind::exports;
    return fail(Errc::invalid_argument,
                "unknown kind of input \"" + name + "\": auto, packets or exports");
}

std::string name_of(datasets::InputKind kind) {
    if (kind == datasets::InputKind::packets) return "packets";
    return kind == datasets::InputKind::exports ? "exports" : "auto";
}

Result<datasets::Reader> parse_reader(const std::string& name) {
    if (name == "mapped") return datasets::Reader::mapped;
    if (name == "libpcap") return datasets::Reader::libpcap;
    return fail(Errc::invalid_argument, "unknown reader \"" + name + "\": mapped or libpcap");
}

std::string name_of(datasets::Reader reader) {
    return reader == datasets::Reader::mapped ? "mapped" : "libpcap";
}

std::vector<std::string> damage_sentences(const datasets::IngestReport& report) {
    std::vector<std::string> sentences;
    for (const datasets::Damage& damage : report.damages) {
        if (!damage.offset) {
            sentences.push_back(damage.cause + ". The other files were used");
            continue;
        }
        sentences.push_back(damage.file + " is damaged at byte " + std::to_string(*damage.offset) +
                            ": " + damage.cause + ". Everything before was used");
    }
    return sentences;
}

}  // namespace tributary::app
