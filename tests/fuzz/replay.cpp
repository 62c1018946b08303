// Runs a fuzz target without a fuzzer: the files of a folder of seeds as they are, then mutations
// of them, the same ones every time. It finds what breaks at once; coverage is scripts/fuzz's work.
// Usage: TARGET [FOLDER OF SEEDS | FILE]...

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

#include "base/random.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using Input = std::vector<std::uint8_t>;
constexpr std::size_t kMutations = 5'000;
constexpr std::size_t kLargestInput = 64 * 1024;

Input read_input(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

std::vector<Input> read_seeds(int argc, char** argv) {
    std::vector<Input> seeds;
    for (int i = 1; i < argc; ++i) {
        if (std::filesystem::is_regular_file(argv[i])) seeds.push_back(read_input(argv[i]));
        if (!std::filesystem::is_directory(argv[i])) continue;
        std::vector<std::filesystem::path> files;
        for (const auto& entry : std::filesystem::directory_iterator(argv[i])) {
            if (entry.is_regular_file()) files.push_back(entry.path());
        }
        std::ranges::sort(files);
        for (const auto& file : files) seeds.push_back(read_input(file));
    }
    seeds.push_back({});
    return seeds;
}

void change_byte(Input& input, tributary::Random& random) {
    if (input.empty()) return;
    input[random.below(input.size())] = static_cast<std::uint8_t>(random.below(256));
}

void change_length(Input& input, tributary::Random& random) {
    const std::size_t most = std::min(2 * input.size() + 64, kLargestInput);
    const std::size_t size = random.below(most + 1);
    while (input.size() < size) input.push_back(static_cast<std::uint8_t>(random.below(256)));
    input.resize(size);
}

/// Copies a stretch of the input to another place in it, where a count or a length may stand.
void repeat_stretch(Input& input, tributary::Random& random) {
    if (input.size() < 2) return;
    const std::size_t from = random.below(input.size());
    const std::size_t to = random.below(input.size());
    const std::size_t size = random.below(input.size() - std::max(from, to)) + 1;
    const Input stretch(input.begin() + static_cast<std::ptrdiff_t>(from),
                        input.begin() + static_cast<std::ptrdiff_t>(from + size));
    std::ranges::copy(stretch, input.begin() + static_cast<std::ptrdiff_t>(to));
}

Input mutate(Input input, tributary::Random& random) {
    const std::size_t changes = 1 + random.below(4);
    for (std::size_t i = 0; i < changes; ++i) {
        const std::uint64_t kind = random.below(8);
        if (kind < 5) {
            change_byte(input, random);
        } else if (kind < 7) {
            change_length(input, random);
        } else {
            repeat_stretch(input, random);
        }
    }
    return input;
}

}  // namespace

int main(int argc, char** argv) {
    const std::vector<Input> seeds = read_seeds(argc, argv);
    for (const Input& seed : seeds) LLVMFuzzerTestOneInput(seed.data(), seed.size());
    tributary::Random random(1);
    for (std::size_t i = 0; i < kMutations; ++i) {
        const Input input = mutate(seeds[random.below(seeds.size())], random);
        LLVMFuzzerTestOneInput(input.data(), input.size());
    }
    std::printf("%zu seeds, %zu mutations\n", seeds.size(), kMutations);
    return 0;
}
