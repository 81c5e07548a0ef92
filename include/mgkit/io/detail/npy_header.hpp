// SPDX-License-Identifier: MIT
// The header of an .npy file: NumPy's dictionary, parsed strictly by hand.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "mgkit/core/error.hpp"
#include "mgkit/io/detail/excerpt.hpp"
#include "mgkit/io/dtype.hpp"

namespace MGKIT_NAMESPACE::io::detail {

/// What the header says.
struct npy_facts {
    dtype type = dtype::f64;
    std::vector<std::int64_t> shape;
    bool big_endian = false, fortran = false;
    std::size_t text = 0;      ///< characters of each element where they are texts
    bool wide_text = false;    ///< four bytes per character, not one
    bool texts_asked = false;  ///< set before: texts are wanted, not refused
};

inline constexpr std::string_view npy_magic{"\x93NUMPY", 6};

struct npy_type {
    std::string_view descr;
    dtype type;
};
/// The first entry of a type is the one written.
inline constexpr std::array<npy_type, 15> npy_types{{{"<f8", dtype::f64},
                                                     {"<f4", dtype::f32},
                                                     {"<f2", dtype::f16},
                                                     {"<i8", dtype::i64},
                                                     {"<i4", dtype::i32},
                                                     {"<i2", dtype::i16},
                                                     {"|i1", dtype::i8},
                                                     {"<u8", dtype::u64},
                                                     {"<u4", dtype::u32},
                                                     {"<u2", dtype::u16},
                                                     {"|u1", dtype::u8},
                                                     {"|b1", dtype::boolean},
                                                     {"<i1", dtype::i8},
                                                     {"<u1", dtype::u8},
                                                     {"<b1", dtype::boolean}}};

inline dtype npy_dtype(std::string_view descr, const std::string& where) {
    for (const npy_type& known : npy_types)
        if (known.descr == descr ||
            (descr.substr(0, 1) == ">" && known.descr.substr(1) == descr.substr(1)))
            return known.type;
    const std::string expected = "an element type like '<f4', '<f8', '<i8' or '|u1'";
    if (descr.substr(0, 2) == "|O")
        throw error(where, expected, "Python objects ('|O')",
                    "objects are pickled code and never loaded; save it as numbers, for example "
                    "np.asarray(a, dtype=np.float32)");
    throw error(where, expected, excerpt(descr),
                descr.find_first_of("US") == 1 ? "texts are read for subjects only: number them"
                                               : "save it as a plain number type");
}

/// Reads "<U12" or "|S12" as a type of texts. False where it is another type.
inline bool npy_text_type(std::string_view descr, npy_facts& out) {
    if (descr.size() < 3 || (descr[1] != 'U' && descr[1] != 'S')) return false;
    std::size_t length = 0;
    for (const char digit : descr.substr(2)) {
        if (digit < '0' || digit > '9' || length > 100000) return false;
        length = 10 * length + static_cast<std::size_t>(digit - '0');
    }
    out.text = length;
    out.wide_text = descr[1] == 'U';
    out.type = dtype::u8;
    return true;
}

/// The header's Python dictionary: the three keys NumPy writes, once each, in any order.
class npy_header_parser {
public:
    npy_header_parser(std::string_view text, const std::string& where)
        : text_(text), where_(where) {}

    void parse(npy_facts& out) {
        bool seen[3] = {};
        need('{');
        while (!accept('}')) {
            const std::string_view key = string();
            need(':');
            constexpr std::string_view keys[3] = {"descr", "fortran_order", "shape"};
            std::size_t k = 0;
            while (k < 3 && keys[k] != key) ++k;
            if (k == 3) refuse("the keys descr, fortran_order and shape", excerpt(key));
            if (seen[k]) refuse("each key once", excerpt(key) + " twice");
            seen[k] = true;
            if (k == 0) descr(out);
            if (k == 1) order();
            if (k == 2) shape(out);
            if (!accept(',')) {
                need('}');
                break;
            }
        }
        if (!seen[0] || !seen[1] || !seen[2])
            refuse("the keys descr, fortran_order and shape", "fewer");
        skip();
        if (at_ != text_.size()) refuse("the end of the header", rest());
        out.fortran = fortran_ && out.shape.size() > 1;
    }

private:
    void descr(npy_facts& out) {
        skip();
        if (at_ < text_.size() && (text_[at_] == '[' || text_[at_] == '('))
            throw error(where_, "one number per element", "a structured element type",
                        "save each field as its own array");
        const std::string_view word = string();
        out.big_endian = word.substr(0, 1) == ">";
        if (!out.texts_asked || !npy_text_type(word, out)) out.type = npy_dtype(word, where_);
    }

    void order() {
        skip();
        const std::string_view left = text_.substr(at_);
        if (left.substr(0, 5) == "False")
            at_ += 5;
        else if (left.substr(0, 4) == "True")
            at_ += 4, fortran_ = true;
        else
            refuse("True or False", rest());
    }

    void shape(npy_facts& out) {
        need('(');
        while (!accept(')')) {
            out.shape.push_back(extent());
            if (!accept(',')) {
                need(')');
                if (out.shape.size() == 1) refuse("a tuple like (3,)", "a number in brackets");
                break;
            }
        }
    }

    std::int64_t extent() {
        skip();
        const std::size_t start = at_;
        std::int64_t value = 0;
        for (; at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9'; ++at_) {
            constexpr std::int64_t limit = std::numeric_limits<std::int64_t>::max();
            const std::int64_t digit = text_[at_] - '0';
            if (value > (limit - digit) / 10) refuse("extents below 2^63", rest_from(start));
            value = value * 10 + digit;
        }
        if (at_ == start) refuse("an extent of zero or more", rest());
        if (at_ < text_.size() && text_[at_] == 'L') ++at_;  // written by Python 2
        return value;
    }

    std::string_view string() {
        skip();
        if (at_ == text_.size() || (text_[at_] != '\'' && text_[at_] != '"'))
            refuse("a quoted word", rest());
        const std::size_t start = at_ + 1;
        const std::size_t end = text_.find(text_[at_], start);
        if (end == std::string_view::npos) refuse("a closing quote", rest());
        at_ = end + 1;
        return text_.substr(start, end - start);
    }

    void skip() {
        while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n')) ++at_;
    }
    bool accept(char c) {
        skip();
        if (at_ == text_.size() || text_[at_] != c) return false;
        ++at_;
        return true;
    }
    void need(char c) {
        if (!accept(c)) refuse(mgkit::text("'", c, "'"), rest());
    }
    std::string rest() const { return rest_from(at_); }
    std::string rest_from(std::size_t start) const {
        return start < text_.size() ? excerpt(text_.substr(start), 24) : "the end of the header";
    }
    [[noreturn]] void refuse(const std::string& expected, const std::string& found) const {
        throw error(where_ + " (npy header)", expected, found,
                    "the file is damaged or was not written by NumPy");
    }

    std::string_view text_;
    const std::string& where_;
    std::size_t at_ = 0;
    bool fortran_ = false;
};

}  // namespace MGKIT_NAMESPACE::io::detail
