// SPDX-License-Identifier: MIT
// A whole file as read-only memory.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "mgkit/core/compiler.hpp"

namespace MGKIT_NAMESPACE::io {

namespace detail {

/// Refuses names that the operating system would silently shorten or misread.
void check_path(const std::string& path);

}  // namespace detail

/// Read-only view of a file's bytes: memory-mapped where the system can (POSIX) and the file is
/// larger than 64 KiB, read otherwise.
///
/// The bytes stay valid and in place while the object lives, also after it is moved from one
/// holder to another. Empty files give an empty span.
/// Errors: mgkit::error if the file is missing, unreadable, or not a regular file.
/// The file must not be shortened by others while it is mapped; mgkit's own writers replace files
/// by renaming, which is safe.
/// Cost: constant; pages are read when touched. A small file costs less to read than to map.
class mapped_file {
public:
    explicit mapped_file(std::string path);

    std::span<const std::byte> bytes() const noexcept {
        return {data_.get(), data_ ? size_ : std::size_t{0}};
    }
    std::string_view text() const noexcept {
        return {reinterpret_cast<const char*>(data_.get()), bytes().size()};
    }
    const std::string& path() const noexcept { return path_; }

private:
    struct release {
        std::size_t mapped;  ///< bytes; 0: allocated
        void operator()(const std::byte* data) const noexcept;
    };
    void open();

    std::unique_ptr<const std::byte, release> data_;
    std::string path_;
    std::size_t size_ = 0;
};

}  // namespace MGKIT_NAMESPACE::io

#if !defined(MGKIT_COMPILED)
#include "mgkit/io/mapped_file-inl.hpp"
#endif
