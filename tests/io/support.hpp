// SPDX-License-Identifier: MIT
// A folder of its own for each test, and the means to build files byte by byte.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "catch.hpp"
#include "metric/refused.hpp"

/// Removed with everything in it at the end of the test.
class scratch_folder {
public:
    scratch_folder() {
        std::random_device any;
        for (int k = 0; k < 100; ++k) {
            path_ = std::filesystem::temp_directory_path() / ("mgkit_io_" + std::to_string(any()));
            if (std::filesystem::create_directory(path_)) return;
        }
        throw std::runtime_error("no scratch folder");
    }
    scratch_folder(const scratch_folder&) = delete;
    scratch_folder& operator=(const scratch_folder&) = delete;
    ~scratch_folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    std::string operator/(const std::string& name) const { return (path_ / name).string(); }
    std::string name() const { return path_.string(); }
    std::size_t files() const {
        std::size_t count = 0;
        for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(path_))
            ++count;
        return count;
    }

private:
    std::filesystem::path path_;
};

inline std::string bytes_of(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

inline std::span<const std::byte> as_bytes(std::string_view text) {
    return std::as_bytes(std::span(text.data(), text.size()));
}

/// The bytes of numbers, as they lie in memory.
template <class T>
std::string raw(const std::vector<T>& values) {
    return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

/// Little-endian integer of `width` bytes.
inline std::string little(std::uint64_t value, int width) {
    std::string out;
    for (int i = 0; i < width; ++i) out += static_cast<char>(value >> (8 * i));
    return out;
}

/// Runs `parse` on every proper prefix of `whole`, each in memory of exactly that size, so that a
/// sanitiser sees any read beyond; all must be refused.
template <class Parse>
void check_truncations(const std::string& whole, Parse&& parse) {
    std::size_t accepted = 0;
    for (std::size_t n = 0; n < whole.size(); ++n) {
        const std::vector<std::byte> part(as_bytes(whole).begin(),
                                          as_bytes(whole).begin() + static_cast<std::ptrdiff_t>(n));
        try {
            parse(std::span<const std::byte>(part));
            ++accepted;
        } catch (const mgkit::error&) {
        }
    }
    CHECK(accepted == 0);
}

/// Changes each byte of `whole` in turn to a few hostile values; any outcome but a crash or a
/// foreign exception is fine.
template <class Parse>
void check_mutations(const std::string& whole, Parse&& parse) {
    for (std::size_t i = 0; i < whole.size(); ++i) {
        for (const char c : {'\0', '\xff', '9', '-', '{', ' '}) {
            std::string changed = whole;
            changed[i] = c;
            const std::vector<std::byte> bytes(as_bytes(changed).begin(), as_bytes(changed).end());
            try {
                parse(std::span<const std::byte>(bytes));
            } catch (const mgkit::error&) {
            }
        }
    }
    SUCCEED();
}
