// The arrays of a folder of untrimmed recordings, checked against each other.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "mgkit/data/folder_meta.hpp"
#include "mgkit/data/readers/detail/people_builder.hpp"
#include "mgkit/io/json_value.hpp"
#include "mgkit/io/mapped_file.hpp"
#include "mgkit/io/npy.hpp"

namespace MGKIT_NAMESPACE::data::readers::detail {

/// Rows of each recording, checked against the data.
std::vector<std::size_t> untrimmed_starts(const std::string& folder, std::size_t rows);

/// The mapped arrays of a folder, agreeing with each other.
struct untrimmed_folder {
    std::string path;
    folder_meta meta;
    io::json extra;  ///< meta.json, for what clip folders do not have
    io::npy_file data;
    std::vector<std::size_t> starts;
    skeleton::channel_layout layout = skeleton::channel_layout::xyz;
    std::vector<std::string> notes;

    explicit untrimmed_folder(const std::string& folder);

    std::size_t recordings() const { return starts.size() - 1; }
    std::size_t rows() const { return starts.back(); }
    bool has(const char* file) const;
    /// An optional array of one number per row.
    std::optional<io::npy_file> per_row(const char* file) const;
    std::vector<int> per_recording(const char* file) const;
    /// An optional table of `columns` integers per row.
    std::vector<int> table(const char* file, std::int64_t columns) const;
    /// Elements [first, first + count) of a one- or more-dimensional array, as S.
    template <class S>
    static std::vector<S> part(const io::npy_file& file, std::size_t first, std::size_t count) {
        const std::size_t size = io::size_of(file.type());
        return io::convert<S>(file.type(), file.bytes().subspan(first * size, count * size),
                              file.path());
    }
    std::size_t frames(std::size_t index) const;
    std::vector<std::string> names() const;
    double number(const char* key) const;
    /// Frames per second: a number in meta.json, else from the timestamps, else unknown.
    double rate(std::size_t index, std::vector<std::string>& said) const;
};

}  // namespace MGKIT_NAMESPACE::data::readers::detail

#if !defined(MGKIT_COMPILED)
#include "mgkit/data/readers/detail/untrimmed_folder-inl.hpp"
#endif
