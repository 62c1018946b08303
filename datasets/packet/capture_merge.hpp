#pragma once
// The packets of several capture files as one stream in time order (ties: the order in which the
// files were given). Inside a file the order of the file stands.
// Invariant: one packet per file is held, plus a few copied for `first_packets`. One thread.

#include <deque>
#include <span>
#include <vector>

#include "datasets/packet/packet_source.hpp"

namespace tributary::datasets {

class CaptureMerge {
 public:
    /// How many packets of a file may be looked at before reading begins.
    static constexpr std::size_t kMaxPeeked = 16;

    /// Adds an open file. Only before the first `next`.
    void add(std::unique_ptr<PacketSource> file);

    /// A copy of the first packets of a file, at most kMaxPeeked. Only before the first `next`.
    std::vector<Bytes> first_packets(std::size_t file);

    /// @param file  set to the number of the file, in the order of `add`
    /// @return      false when all files have ended
    bool next(RawPacket& packet, std::size_t& file);
    /// Shows the next packets, all of one file, to the visitor.
    /// @param file  set to its number before
    /// @return      how many; 0 when all files have ended
    std::size_t visit(PacketVisitor& visitor, std::size_t& file);

    [[nodiscard]] const PacketSource& file(std::size_t number) const {
        return *sources_[number].file;
    }

 private:
    struct Copied {
        Bytes bytes;
        Micros time{0};
        std::uint32_t wire_bytes = 0;
    };
    struct Source {
        std::unique_ptr<PacketSource> file;
        std::deque<Copied> peeked;
        Copied replayed;  ///< backs `current` while peeked packets are given
        RawPacket current;
        bool has_current = false;
    };
    static bool advance(Source& source);
    void start();

    std::vector<Source> sources_;
    std::vector<std::size_t> open_;  ///< numbers of files with a current packet
    std::size_t given_ = 0;          ///< the file whose packet was given last
    bool started_ = false;
};

}  // namespace tributary::datasets
