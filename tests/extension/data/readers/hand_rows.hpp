// SPDX-License-Identifier: MIT
// A reader that only reads: a first line "hand rows", then 21 joints of x y a frame, space between.
// entry: data/readers/list.hpp all mgkit::toys::hand_rows
#pragma once

#include <cmath>
#include <cstddef>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "mgkit/data/readers/concept.hpp"
#include "mgkit/io/mapped_file.hpp"
#include "mgkit/skeleton/dynamic.hpp"
#include "mgkit/skeleton/hand21.hpp"

namespace MGKIT_NAMESPACE::toys {

struct hand_rows {
    static constexpr std::string_view name = "hand_rows";
    static constexpr std::string_view describes = "a line 'hand rows', then x y of 21 joints a row";

    bool recognises(const std::string& path) const {
        try {
            return io::mapped_file(path).text().starts_with(head);
        } catch (const error&) {
            return false;
        }
    }
    std::vector<std::string> list(const std::string& path) const { return {path}; }
    data::detections read(const std::string& path, std::size_t index,
                          const data::read_policy& = {}) const {
        if (index != 0) throw error(path, "recording 0, the only one", text(index));
        const io::mapped_file file(path);
        return parse(file.text(), path);
    }
    static data::detections parse(std::string_view all, const std::string& where) {
        if (!all.starts_with(head)) throw error(where, "a first line 'hand rows'", "another");
        std::istringstream in{std::string(all.substr(head.size()))};
        data::detections out;
        out.name = where;
        out.topology = skeleton::dynamic::copy_of(skeleton::hand21{});
        out.layout = skeleton::channel_layout::xy;
        std::vector<float> joints;
        for (double value; in >> value;) {
            if (!std::isfinite(value)) throw error(where, "finite numbers", "others");
            joints.push_back(static_cast<float>(value));
            if (joints.size() < out.stride()) continue;
            out.add_person(joints);
            out.end_frame();
            joints.clear();
        }
        if (!in.eof() || !joints.empty())
            throw error(where, text("rows of ", out.stride(), " numbers"), "something else");
        data::check(out);
        return out;
    }

private:
    static constexpr std::string_view head = "hand rows\n";
};

}  // namespace MGKIT_NAMESPACE::toys
