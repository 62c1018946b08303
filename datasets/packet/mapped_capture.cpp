#include "datasets/packet/mapped_capture.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace tributary::datasets {

namespace {

constexpr std::size_t kLongestRecord = PcapRecords::kRecordHeader + PcapRecords::kMostBytes;
static_assert(kLongestRecord < FileMapping::kWindow);

/// Closes the descriptor at the end of its block; the mapping outlives it.
struct Descriptor {
    int number;
    explicit Descriptor(int opened) : number(opened) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() {
        if (number >= 0) ::close(number);
    }
};

tl::unexpected<Error> mapping_failed(const std::filesystem::path& path, int cause) {
    return fail(Errc::io, "cannot map " + path.string() + ": " + std::strerror(cause) +
                              ". Read it with --reader libpcap");
}

}  // namespace

Result<FileMapping> FileMapping::open(const std::filesystem::path& path) {
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    struct stat info {};
    if (file.number < 0 || fstat(file.number, &info) != 0) return mapping_failed(path, errno);
    const auto size = static_cast<std::size_t>(info.st_size);
    void* base = mmap(nullptr, size, PROT_READ, MAP_SHARED, file.number, 0);
    if (base == MAP_FAILED) return mapping_failed(path, errno);
    return FileMapping(static_cast<std::uint8_t*>(base), size);
}

FileMapping::FileMapping(FileMapping&& other) noexcept
    : base_(std::exchange(other.base_, nullptr)),
      size_(other.size_),
      resident_(other.resident_),
      released_(other.released_) {}

FileMapping::~FileMapping() {
    if (base_ != nullptr) munmap(base_, size_);
}

std::size_t FileMapping::advance(std::size_t offset) {
    while (resident_ < size_ && resident_ < offset + kWindow / 2) {
        const std::size_t length = std::min(kWindow, size_ - resident_);
        // A page behind the end of the file would raise a signal when touched; asking the kernel
        // for it is answered by an error. Kernels before 5.14 do not know the question.
        if (madvise(base_ + resident_, length, MADV_POPULATE_READ) != 0 && errno == EFAULT) break;
        resident_ += length;
    }
    while (released_ + kWindow <= offset) {
        madvise(base_ + released_, kWindow, MADV_DONTNEED);
        released_ += kWindow;
    }
    return resident_;
}

Result<MappedCapture> MappedCapture::open(const std::filesystem::path& path,
                                          const PcapLayout& layout) {
    TRIBUTARY_TRY(auto mapping, FileMapping::open(path));
    return MappedCapture(std::move(mapping), layout);
}

std::size_t MappedCapture::read(std::span<RawPacket> packets) {
    if (shrunk_) return 0;
    if (records_.offset() >= limit_) {
        const std::size_t end = mapping_.advance(records_.offset());
        const bool is_rest = end == mapping_.bytes().size();
        limit_ = is_rest ? end : end - std::min(end, kLongestRecord);
        if (records_.offset() >= limit_ && !is_rest) {
            shrunk_ = CaptureDamage{records_.offset(), "truncated while it was read"};
            return 0;
        }
    }
    return records_.read(packets, limit_);
}

const std::optional<CaptureDamage>& MappedCapture::damage() const {
    return shrunk_ ? shrunk_ : records_.damage();
}

}  // namespace tributary::datasets
