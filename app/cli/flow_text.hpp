#pragma once
// Flow records as text for people and programs: one JSON line or one CSV line a flow, under
// pseudonyms where the site asks for them. One thread per object.
// Source: docs/formats.md, "flow lines".

#include <optional>
#include <string>

#include "datasets/community_id.hpp"
#include "datasets/label/label.hpp"
#include "datasets/pseudonym/crypto_pan.hpp"
#include "datasets/record.hpp"

namespace tributary::app {

/// The header line of the CSV form, without its newline.
std::string flow_csv_header();

class FlowText {
 public:
    enum class Format { csv, json };

    /// @param pseudonyms  of addresses and so of Community IDs; none: as they are
    explicit FlowText(Format format, std::optional<datasets::CryptoPan> pseudonyms = {})
        : format_(format), pseudonyms_(std::move(pseudonyms)) {}

    /// Appends one flow and a newline; an unknown label is empty.
    void append(std::string& text, const datasets::FlowRecord& flow,
                const datasets::ClassName& label);

 private:
    void append_as_is(std::string& text, const datasets::FlowRecord& flow,
                      const datasets::ClassName& label);

    Format format_;
    std::optional<datasets::CryptoPan> pseudonyms_;
    datasets::CommunityIds community_ids_;
};

}  // namespace tributary::app
