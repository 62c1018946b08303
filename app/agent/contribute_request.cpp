#include "app/agent/contribute_request.hpp"

#include <nlohmann/json.hpp>

#include "app/service/record_files.hpp"
#include "datasets/batch.hpp"

namespace tributary::app {

namespace {

using Json = nlohmann::ordered_json;
using datasets::LabelledRecords;

/// Journals every batch of the records.
Result<std::vector<std::uint64_t>> submit_all(datasets::Batcher& batcher,
                                              Contributor& contributor) {
    std::vector<std::uint64_t> numbers;
    while (true) {
        auto batch = batcher.next();
        if (!batch) batch = batcher.flush();
        if (!batch) return numbers;
        TRIBUTARY_TRY(const std::uint64_t number, contributor.submit(*batch));
        numbers.push_back(number);
    }
}

struct Waited {
    std::map<std::string, std::uint64_t> versions;
    std::vector<std::string> refused;
};

Result<Waited> wait_all(const std::vector<std::uint64_t>& numbers, Contributor& contributor,
                        std::chrono::seconds patience, const ProgressReporter& report) {
    Waited waited;
    std::size_t done = 0;
    for (const std::uint64_t number : numbers) {
        TRIBUTARY_TRY(const ContributionOutcome outcome, contributor.wait(number, patience));
        for (const auto& [id, version] : outcome.versions) waited.versions[id] = version;
        if (outcome.refusal) waited.refused.push_back(outcome.refusal->message);
        ++done;
        report(Json{{"done", done}, {"of", numbers.size()}}.dump());
    }
    return waited;
}

}  // namespace

std::string to_json(const ContributeRequest& request) {
    const datasets::IngestOptions& ingest = request.input.ingest;
    Json files = Json::array();
    for (const auto& file : request.input.files) files.push_back(file.string());
    return Json{{"files", files},
                {"rules", request.input.rules ? request.input.rules->string() : std::string()},
                {"kind", name_of(ingest.kind)},
                {"reader", name_of(ingest.reader)},
                {"key_vlan", ingest.key_vlan},
                {"open_tunnels", ingest.open_tunnels},
                {"allow_sampled", request.allow_sampled},
                {"records", request.records},
                {"labels", request.labels},
                {"rehearse", request.rehearse},
                {"patience", request.patience.count()}}
        .dump();
}

Result<ContributeRequest> parse_contribute(const ControlFrame& frame) {
    ContributeRequest request;
    datasets::IngestOptions& ingest = request.input.ingest;
    try {
        const Json json = Json::parse(frame.json);
        request.records = json.value("records", std::string());
        request.labels = json.value("labels", request.labels);
        for (const auto& file : json.at("files"))
            request.input.files.emplace_back(file.get<std::string>());
        request.input.rules = json.at("rules").get<std::string>();
        TRIBUTARY_TRY(ingest.kind, parse_input_kind(json.value("kind", name_of(ingest.kind))));
        TRIBUTARY_TRY(ingest.reader, parse_reader(json.value("reader", name_of(ingest.reader))));
        ingest.key_vlan = json.value("key_vlan", false);
        ingest.open_tunnels = json.value("open_tunnels", false);
        request.allow_sampled = json.value("allow_sampled", false);
        request.rehearse = json.value("rehearse", false);
        request.patience = std::chrono::seconds(json.value("patience", request.patience.count()));
    } catch (const Json::exception& error) {
        return fail(Errc::invalid_argument,
                    std::string("contribute: the request is damaged: ") + error.what());
    }
    return request;
}

Result<LabelledFlows> read_contribution(const ContributeRequest& request,
                                        const datasets::Schema& schema) {
    if (request.rehearse) return LabelledFlows{{}, LabelledRecords::empty(schema), {}, {}};
    LabelledFlows input;
    if (request.records.empty()) {
        TRIBUTARY_TRY(input, read_labelled_flows(request.input, schema));
        if (!request.allow_sampled) TRIBUTARY_CHECK(refuse_sampled(input));
        return input;
    }
    TRIBUTARY_TRY(input.records, load_records(request.records, schema));
    TRIBUTARY_CHECK(merge_labels(input.records, request.labels));
    return input;
}

Result<ControlFrame> answer_contribute(const ControlFrame& request, const ProgressReporter& report,
                                       const datasets::Schema& schema, SiteState& site,
                                       Contributor& contributor) {
    TRIBUTARY_TRY(const ContributeRequest parsed, parse_contribute(request));
    TRIBUTARY_TRY(const LabelledFlows flows, read_contribution(parsed, schema));
    datasets::Batcher batcher(schema, flows.records.coverage);
    TRIBUTARY_CHECK(batcher.add(flows.records));
    TRIBUTARY_CHECK(site.hold_out(batcher.held_out()));
    TRIBUTARY_TRY(std::vector<std::uint64_t> numbers, submit_all(batcher, contributor));
    if (parsed.rehearse) {
        TRIBUTARY_TRY(const std::uint64_t number, contributor.submit_rehearsal());
        numbers.push_back(number);
    }
    TRIBUTARY_TRY(const Waited waited, wait_all(numbers, contributor, parsed.patience, report));

    const datasets::BatchCounts& counts = batcher.counts();
    const Json json{
        {"schema", 1},
        {"flows", flows.records.labels.size()},
        {"labelled", counts.in - counts.unknown},
        {"unknown", counts.unknown},
        {"held_out", counts.held_out},
        {"sampled", sampled_flows(flows)},
        {"records", counts.batched},
        {"batches", numbers.size()},
        {"objects", waited.versions},
        {"refused", waited.refused},
        {"damages", damage_sentences(flows.report)},
        {"waiting", contributor.waiting()},
    };
    return ControlFrame{json.dump(), {}};
}

}  // namespace tributary::app
