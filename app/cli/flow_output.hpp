#pragma once
// Flows on their way to stdout: text lines or encoded record batches. What is written is bounded by
// a buffer; a reader that is slow holds the writer back. One thread per object.
// Source: docs/formats.md, "flow lines" and "record batch".

#include <memory>
#include <optional>

#include "app/cli/flow_text.hpp"
#include "base/result.hpp"
#include "datasets/label/label.hpp"
#include "datasets/record.hpp"

namespace tributary::app {

class FlowOutput {
 public:
    FlowOutput() = default;
    FlowOutput(const FlowOutput&) = delete;
    FlowOutput& operator=(const FlowOutput&) = delete;
    virtual ~FlowOutput() = default;

    virtual void add(const datasets::FlowRecord& flow, const datasets::ClassName& label) = 0;
    /// Writes what waits in the buffer, so that a live reader sees it.
    virtual void flush() = 0;
    /// Writes what is left.
    /// @error io, limit_exceeded: of any write so far
    virtual Status finish() = 0;
};

/// Lines of text; CSV begins with its header.
std::unique_ptr<FlowOutput> make_text_output(FlowText::Format format,
                                             std::optional<datasets::CryptoPan> pseudonyms);

/// Record batches of at most 8,192 rows; of no flows, one batch without rows.
/// @param coverage  of the source of the labels
std::unique_ptr<FlowOutput> make_batch_output(const datasets::Schema& schema,
                                              const datasets::Coverage& coverage);

/// Nothing, for when only the counts are asked for.
std::unique_ptr<FlowOutput> make_no_output();

/// Lines of text to stdout through one buffer.
class LineOutput {
 public:
    /// The buffer, to append whole lines to; then call `added`.
    std::string& text() { return text_; }
    void added() {
        if (text_.size() >= kBuffer) flush();
    }
    void flush();
    /// @error io: of any write so far
    Status finish();

 private:
    static constexpr std::size_t kBuffer = 1 << 16;

    std::string text_;
    int failure_ = 0;  ///< errno of the first write that failed
};

}  // namespace tributary::app
