#include "datasets/packet/capture_merge.hpp"

#include <algorithm>

#include "base/assert.hpp"

namespace tributary::datasets {

void CaptureMerge::add(std::unique_ptr<PacketSource> file) {
    TRIBUTARY_ASSERT(!started_);
    sources_.push_back(Source{std::move(file), {}, {}, {}, false});
}

std::vector<Bytes> CaptureMerge::first_packets(std::size_t file) {
    TRIBUTARY_ASSERT(!started_);
    Source& source = sources_[file];
    RawPacket packet;
    while (source.peeked.size() < kMaxPeeked && source.file->next(packet)) {
        source.peeked.push_back(
            {Bytes(packet.bytes.begin(), packet.bytes.end()), packet.time, packet.wire_bytes});
    }
    std::vector<Bytes> copies;
    for (const Copied& copied : source.peeked) copies.push_back(copied.bytes);
    return copies;
}

bool CaptureMerge::advance(Source& source) {
    if (source.peeked.empty()) {
        source.has_current = source.file->next(source.current);
        return source.has_current;
    }
    source.replayed = std::move(source.peeked.front());
    source.peeked.pop_front();
    source.current = {source.replayed.time, source.replayed.bytes, source.replayed.wire_bytes};
    source.has_current = true;
    return true;
}

void CaptureMerge::start() {
    started_ = true;
    for (std::size_t i = 0; i < sources_.size(); ++i) {
        if (advance(sources_[i])) open_.push_back(i);
    }
    given_ = sources_.size();
}

bool CaptureMerge::next(RawPacket& packet, std::size_t& file) {
    if (!started_) {
        start();
    } else if (given_ < sources_.size() && !advance(sources_[given_])) {
        std::erase(open_, given_);
    }
    if (open_.empty()) {
        given_ = sources_.size();
        return false;
    }
    // A few files at most are open at once: looking at each is as quick as a heap.
    given_ = *std::min_element(open_.begin(), open_.end(), [&](std::size_t a, std::size_t b) {
        return sources_[a].current.time < sources_[b].current.time;
    });
    packet = sources_[given_].current;
    file = given_;
    return true;
}

std::size_t CaptureMerge::visit(PacketVisitor& visitor, std::size_t& file) {
    const bool is_last = open_.size() == 1 && given_ == open_.front();
    if (!is_last || !sources_[given_].peeked.empty()) {
        RawPacket packet;
        if (!next(packet, file)) return 0;
        visitor.take(packet);
        return 1;
    }
    // Nothing to compare with, and nothing held back: straight from the file.
    file = given_;
    const std::size_t count = sources_[given_].file->visit(visitor);
    if (count == 0) {
        open_.clear();
        given_ = sources_.size();
    }
    return count;
}

}  // namespace tributary::datasets
