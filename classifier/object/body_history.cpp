#include "classifier/object/body_history.hpp"

#include <algorithm>

#include "classifier/object/blocks.hpp"

namespace tributary::classifier {

namespace {

void write_parked(const Parked& one, format::Parked& entry) {
    entry.set_contributor(one.contributor);
    entry.set_contribution(one.contribution);
    entry.set_batch(text_of(one.batch));
    entry.set_positives(one.positives);
    entry.set_negatives(one.negatives);
    entry.set_base(one.base);
    entry.set_rows(static_cast<std::uint32_t>(one.rows.rows()));
    entry.set_cells(text_of(encode_columns(one.rows)));
    std::string signs;
    for (const std::int8_t sign : one.signs) signs.push_back(sign > 0 ? '\1' : '\0');
    entry.set_signs(signs);
    entry.set_weights(text_of(ByteView(one.weights)));
    entry.set_linear(text_of(encode_floats(one.linear)));
}

Result<Parked> read_parked(const format::Parked& entry, std::size_t width) {
    if (entry.rows() > kParkedRowLimit || entry.signs().size() != entry.rows() ||
        entry.weights().size() != entry.rows()) {
        return fail(Errc::corrupt, "a contribution in quarantine has wrong counts");
    }
    Parked one;
    one.contributor = entry.contributor();
    one.contribution = entry.contribution();
    one.positives = entry.positives();
    one.negatives = entry.negatives();
    one.base = entry.base();
    TRIBUTARY_CHECK(read_digest(entry.batch(), one.batch));
    TRIBUTARY_TRY(one.rows, decode_columns(view_of(entry.cells()), entry.rows(), width));
    for (const char sign : entry.signs()) one.signs.push_back(sign != 0 ? 1 : -1);
    one.weights = to_bytes(entry.weights());
    TRIBUTARY_TRY(one.linear, decode_floats(view_of(entry.linear())));
    return one;
}

}  // namespace

std::string text_of(ByteView bytes) {
    return std::string(as_text(bytes));
}

ByteView view_of(const std::string& text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

Status read_digest(const std::string& text, Digest& digest) {
    if (text.size() != digest.size()) return fail(Errc::corrupt, "a digest has the wrong length");
    std::ranges::copy(view_of(text), digest.begin());
    return {};
}

void write_history(const ClassifierObject& object, format::Body& body) {
    for (const Contributor& one : object.contributors) {
        format::Contributor& entry = *body.add_contributors();
        entry.set_pseudonym(one.pseudonym);
        entry.set_last_contribution(one.last_contribution);
        entry.set_records(one.records);
        entry.mutable_refused()->Add(one.refused.begin(), one.refused.end());
        entry.set_key(text_of(one.key));
    }
    for (const LineageEntry& one : object.lineage) {
        format::Lineage& entry = *body.add_lineage();
        entry.set_contributor(one.contributor);
        entry.set_contribution(one.contribution);
        entry.set_batch(text_of(one.batch));
        entry.set_records(one.records);
        entry.set_verdict(static_cast<std::uint32_t>(one.verdict));
        entry.set_version(one.version);
        entry.set_reference(one.reference);
        entry.set_subject(one.subject);
        entry.set_signature(text_of(one.signature));
    }
    for (const Parked& one : object.parked) write_parked(one, *body.add_parked());
}

void write_card(const ClassifierObject& object, format::Body& body) {
    format::Calibration& calibration = *body.mutable_calibration();
    calibration.set_a(object.calibration.a);
    calibration.set_b(object.calibration.b);
    calibration.set_version(object.calibration.version);
    calibration.set_count(object.calibration.count);
    calibration.set_fitted_at(object.calibration.fitted_at);
    format::Card& card = *body.mutable_card();
    card.set_count(object.card.count);
    card.set_accuracy(object.card.accuracy);
    card.set_f1(object.card.f1);
    card.set_mcc(object.card.mcc);
    card.set_fpr(object.card.fpr);
    card.set_tpr_at_1pct_fpr(object.card.tpr_at_1pct_fpr);
    card.set_auc(object.card.auc);
    card.set_unsure(object.card.unsure);
    for (const auto& [name, recall] : object.card.recall) {
        format::Stratum& stratum = *card.add_strata();
        stratum.set_name(name);
        stratum.set_recall(recall);
    }
}

Status read_history(const format::Body& body, ClassifierObject& object) {
    for (const format::Contributor& entry : body.contributors()) {
        object.contributors.push_back({entry.pseudonym(),
                                       entry.last_contribution(),
                                       entry.records(),
                                       {entry.refused().begin(), entry.refused().end()},
                                       to_bytes(entry.key())});
    }
    for (const format::Lineage& entry : body.lineage()) {
        LineageEntry one;
        one.contributor = entry.contributor();
        one.contribution = entry.contribution();
        one.records = entry.records();
        one.version = entry.version();
        one.reference = entry.reference();
        one.subject = entry.subject();
        one.signature = to_bytes(entry.signature());
        if (entry.verdict() < 1 || entry.verdict() > 5) {
            return fail(Errc::corrupt, "a lineage entry has an unknown verdict");
        }
        one.verdict = static_cast<Verdict>(entry.verdict());
        TRIBUTARY_CHECK(read_digest(entry.batch(), one.batch));
        object.lineage.push_back(std::move(one));
    }
    for (const format::Parked& entry : body.parked()) {
        TRIBUTARY_TRY(object.parked.emplace_back(), read_parked(entry, object.model.width()));
    }
    return {};
}

void read_card(const format::Body& body, ClassifierObject& object) {
    const format::Calibration& c = body.calibration();
    object.calibration = {c.a(), c.b(), c.version(), c.count(), c.fitted_at()};
    const format::Card& card = body.card();
    object.card = {card.count(),           card.accuracy(), card.f1(), card.mcc(),   card.fpr(),
                   card.tpr_at_1pct_fpr(), card.auc(),      {},        card.unsure()};
    for (const format::Stratum& stratum : card.strata()) {
        object.card.recall[stratum.name()] = stratum.recall();
    }
}

}  // namespace tributary::classifier
