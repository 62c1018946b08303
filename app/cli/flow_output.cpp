#include "app/cli/flow_output.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <vector>

#include "datasets/batch_codec.hpp"
#include "datasets/feature/flow_encoder.hpp"

namespace tributary::app {

namespace {

class TextOutput final : public FlowOutput {
 public:
    TextOutput(FlowText::Format format, std::optional<datasets::CryptoPan> pseudonyms)
        : flow_text_(format, std::move(pseudonyms)) {
        if (format == FlowText::Format::csv) out_.text() += flow_csv_header() + "\n";
    }

    void add(const datasets::FlowRecord& flow, const datasets::ClassName& label) override {
        flow_text_.append(out_.text(), flow, label);
        out_.added();
    }
    void flush() override { out_.flush(); }
    Status finish() override { return out_.finish(); }

 private:
    FlowText flow_text_;
    LineOutput out_;
};

class BatchOutput final : public FlowOutput {
 public:
    BatchOutput(const datasets::Schema& schema, const datasets::Coverage& coverage)
        : encoder_(schema), coverage_(coverage), cells_(kRowsPerBatch * schema.width()) {}

    void add(const datasets::FlowRecord& flow, const datasets::ClassName& label) override {
        const std::size_t width = encoder_.schema().width();
        encoder_.encode(flow, std::span(cells_).subspan(rows_ * width, width));
        if (runs_.empty() || runs_.back().label != label) runs_.push_back({label, 0});
        ++runs_.back().rows;
        if (++rows_ == kRowsPerBatch) write();
    }
    void flush() override { out_.flush(); }
    Status finish() override {
        if (!is_written_ || rows_ != 0) write();
        const Status written = out_.finish();
        return status_ ? written : status_;
    }

 private:
    static constexpr std::size_t kRowsPerBatch = 8192;
    static constexpr int kStreamLevel = 1;  ///< of zstd; what reads a stream reads it at once

    void write() {
        packed_.clear();
        const std::size_t used = rows_ * encoder_.schema().width();
        const Status encoded = batches_.append(
            {&encoder_.schema(), &coverage_, runs_, std::span(cells_).first(used)}, packed_);
        if (encoded) out_.text() += as_text(packed_);
        if (!encoded && status_) status_ = encoded;
        out_.added();
        is_written_ = true;
        runs_.clear();
        rows_ = 0;
    }

    datasets::FlowEncoder encoder_;
    datasets::Coverage coverage_;
    Bytes cells_;  ///< of the rows that are not written yet, one behind the other
    std::size_t rows_ = 0;
    std::vector<datasets::LabelRun> runs_;  ///< of their labels
    datasets::RecordEncoder batches_{kStreamLevel};
    Bytes packed_;
    LineOutput out_;
    Status status_;
    bool is_written_ = false;
};

class NoOutput final : public FlowOutput {
 public:
    void add(const datasets::FlowRecord&, const datasets::ClassName&) override {}
    void flush() override {}
    Status finish() override { return {}; }
};

}  // namespace

void LineOutput::flush() {
    const std::size_t written = std::fwrite(text_.data(), 1, text_.size(), stdout);
    if ((written != text_.size() || std::fflush(stdout) != 0) && failure_ == 0) failure_ = errno;
    text_.clear();
}

Status LineOutput::finish() {
    flush();
    if (failure_ == 0) return {};
    return fail(Errc::io, std::string("cannot write to stdout: ") + std::strerror(failure_) +
                              ". Free space or another target");
}

std::unique_ptr<FlowOutput> make_text_output(FlowText::Format format,
                                             std::optional<datasets::CryptoPan> pseudonyms) {
    return std::make_unique<TextOutput>(format, std::move(pseudonyms));
}

std::unique_ptr<FlowOutput> make_batch_output(const datasets::Schema& schema,
                                              const datasets::Coverage& coverage) {
    return std::make_unique<BatchOutput>(schema, coverage);
}

std::unique_ptr<FlowOutput> make_no_output() {
    return std::make_unique<NoOutput>();
}

}  // namespace tributary::app
