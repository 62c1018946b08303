#include "datasets/packet/packet_source.hpp"

#include <array>

#include "datasets/packet/capture_file.hpp"
#include "datasets/packet/mapped_capture.hpp"

namespace tributary::datasets {

std::size_t PacketSource::visit(PacketVisitor& visitor) {
    std::array<RawPacket, kVisit> packets;
    const std::size_t count = read(packets);
    for (const RawPacket& packet : std::span(packets).first(count)) visitor.take(packet);
    return count;
}

Result<std::unique_ptr<PacketSource>> open_capture(const std::filesystem::path& path,
                                                   Reader reader) {
    TRIBUTARY_TRY(auto file, CaptureFile::open(path));
    if (reader == Reader::mapped) {
        if (const auto layout = file.plain_layout()) {
            TRIBUTARY_TRY(auto mapped, MappedCapture::open(path, *layout));
            return std::make_unique<MappedCapture>(std::move(mapped));
        }
    }
    return std::make_unique<CaptureFile>(std::move(file));
}

}  // namespace tributary::datasets
