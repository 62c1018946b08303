#pragma once
// Export datagrams for measuring: 30 records each, of version 5, 9 or 10 (IPFIX).
// Values; no thread rule.

#include "base/bytes.hpp"

namespace tributary::app {

struct ExportDatagram {
    static constexpr std::uint32_t kRecords = 30;

    Bytes bytes;
    std::size_t sequence_at = 0;  ///< where the sequence number stands
    std::uint32_t step = 0;       ///< by which it grows from one datagram to the next
    std::size_t records_at = 0;   ///< where the first record stands
    std::size_t record_bytes = 0;
    std::size_t ports_at = 0;  ///< in a record

    void set_sequence(std::uint32_t sequence);
    /// Gives the records the ends of their own flows: each two are both directions of one.
    /// @param number  of the datagram; others have other flows
    void set_ends(std::uint32_t number);
};

/// @param version      5, 9 or 10
/// @param is_template  the template of the others, instead of records; not of version 5
ExportDatagram make_export_datagram(std::uint16_t version, bool is_template);

}  // namespace tributary::app
