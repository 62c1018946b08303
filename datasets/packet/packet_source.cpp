#include "datasets/packet/packet_source.hpp"

#include "datasets/packet/capture_file.hpp"
#include "datasets/packet/mapped_capture.hpp"

namespace tributary::datasets {

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
