// SPDX-License-Identifier: MIT
// The encoders that come with the library: found where they should be, refused where they changed.
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include "encode/models.hpp"
#include "io/support.hpp"
#include "mgkit/core/sha256.hpp"
#include "mgkit/encode/load_pretrained.hpp"
#include "mgkit/io/atomic_file.hpp"
#include "mgkit/io/mapped_file.hpp"
#include "mgkit/skeleton/body25_upper15.hpp"
#include "mgkit/skeleton/kinect20.hpp"
#include "mgkit/skeleton/upper_body.hpp"

using namespace mgkit;
using test::t32;

namespace {

/// MGKIT_ENCODERS while this object lives.
class encoders_variable {
public:
    explicit encoders_variable(const std::optional<std::string>& value) {
        if (const char* now = std::getenv("MGKIT_ENCODERS")) before_ = now;
        set(value);
    }
    ~encoders_variable() { set(before_); }
    encoders_variable(const encoders_variable&) = delete;
    encoders_variable& operator=(const encoders_variable&) = delete;

private:
    static void set(const std::optional<std::string>& value) {
        if (value)
            setenv("MGKIT_ENCODERS", value->c_str(), 1);
        else
            unsetenv("MGKIT_ENCODERS");
    }
    std::optional<std::string> before_;
};

std::string index_of(const std::string& file, const std::string& digest) {
    return R"({"format": 1, "encoders": [{"name": "small", "skeleton": "body25_upper15", "file": ")" +
           file + R"(", "sha256": ")" + digest + R"(", "bytes": 1}]})";
}

/// A folder with one small encoder.
std::string folder_with_encoder(context& ctx, const std::string& folder) {
    const skeleton::body25_upper15 body;
    const encode::clip_input input(body, {skeleton::channel_layout::xy, 8, 15, 1}, {.frames = 8});
    encode::dste<t32> fresh(nn::scope(ctx, "backbone"),
                            {.clip = input.extents(), .width = 4, .heads = 2});
    const std::string path = folder + "/small.safetensors";
    encode::save_encoder(ctx, path, fresh,
                         encode::describe(fresh, input, body, encode::preparation{}));
    io::write_file(folder + "/encoders.json",
                   index_of("small.safetensors", sha256(io::mapped_file(path).bytes())));
    return path;
}

}  // namespace

TEST_CASE("the encoders of the tree are whole, and read what they say", "[pretrained][quick]") {
    const encoders_variable unset(std::nullopt);
    const auto known = encode::pretrained_encoders();
    REQUIRE(known.size() >= 2);
    context ctx;
    for (const auto& one : known) {
        INFO(one.name);
        CHECK_NOTHROW(encode::check_digest(one));
        CHECK(one.bytes == std::int64_t(io::mapped_file(one.file).bytes().size()));
        const auto loaded = encode::load_pretrained<t32>(ctx, one.name);
        CHECK(loaded.notes.empty());
        CHECK(loaded.about.channels == "xy");
        CHECK(loaded.about.prepared.has_value());
        CHECK(encode::find_pretrained(known, loaded.about.topology).name == one.name);
    }
    const auto first = encode::load_encoder<t32>(ctx);
    CHECK(first.about.topology.joints.size() == skeleton::upper_body::joints.size());
    CHECK(first.about.topology.scale_pair == skeleton::upper_body::scale_pair);
    const auto body = encode::load_pretrained<t32>(ctx, skeleton::body25_upper15{});
    CHECK(body.about.topology.joints.size() == 15);
    CHECK(body.about.topology.scale_pair == skeleton::body25_upper15::scale_pair);
}

TEST_CASE("the variable comes before the target, the target before the header",
          "[pretrained][quick]") {
    const scratch_folder folder;
    for (const std::string part : {"stated", "built", "root", "root/encoders", "root/share",
                                   "root/share/mgkit", "root/share/mgkit/encoders"})
        std::filesystem::create_directory(folder / part);
    const std::string header = folder / "root/include/mgkit/encode/load_pretrained.hpp";
    const auto put = [&](const std::string& part) {
        io::write_file((folder / part) + "/encoders.json", "{}");
    };
    const auto found = [&] { return encode::detail::folder_of_encoders(folder / "built", header); };
    {
        const encoders_variable unset(std::nullopt);
        const std::string told = refusal(found);
        for (const std::string part : {"built", "root/encoders", "root/share/mgkit/encoders"})
            CHECK_CONTAINS(told, folder / part);
        CHECK_CONTAINS(told, "set MGKIT_ENCODERS");
        CHECK(told.find('\n') == std::string::npos);
        put("root/share/mgkit/encoders");
        CHECK(found() == folder / "root/share/mgkit/encoders");
        put("root/encoders");
        CHECK(found() == folder / "root/encoders");
        put("built");
        CHECK(found() == folder / "built");
        CHECK(encode::detail::folder_of_encoders({}, header) == folder / "root/encoders");
    }
    const encoders_variable stated(folder / "stated");
    CHECK_CONTAINS(refusal(found), "MGKIT_ENCODERS: expected a folder with encoders.json");
    put("stated");
    CHECK(found() == folder / "stated");
    const encoders_variable empty("");
    CHECK(found() == folder / "built");
}

TEST_CASE("a header without folders before it is looked for from the current one",
          "[pretrained][quick]") {
    const encoders_variable unset(std::nullopt);
    const scratch_folder folder;
    std::filesystem::create_directory(folder / "current");
    const auto before = std::filesystem::current_path();
    std::filesystem::current_path(folder / "current");
    const auto told = [](const char* header) {
        return refusal([&] { encode::detail::folder_of_encoders({}, header); });
    };
    CHECK_CONTAINS(told("nowhere/include/mgkit/encode/pretrained.hpp"), "one of nowhere/encoders,");
    CHECK_CONTAINS(told("include/mgkit/encode/pretrained.hpp"), "one of ./encoders,");
    CHECK_CONTAINS(told("mgkit/encode/pretrained.hpp"), "one of ../encoders,");
    std::filesystem::current_path(before);
}

TEST_CASE("an encoder that was changed is refused", "[pretrained][quick]") {
    const scratch_folder folder;
    context ctx{.seed = 3};
    const std::string path = folder_with_encoder(ctx, folder.name());
    const encoders_variable stated(folder.name());
    CHECK(encode::load_pretrained<t32>(ctx, "small").model.features() == 8);
    CHECK(encode::load_pretrained<t32>(ctx, skeleton::body25_upper15{}).model.features() == 8);

    const std::string right = sha256(io::mapped_file(path).bytes());
    {
        std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
        file.seekp(-1, std::ios::end);
        file.put('\x55');
    }
    const std::string wrong = sha256(io::mapped_file(path).bytes());
    REQUIRE(right != wrong);
    const std::string told = refusal([&] { encode::load_pretrained<t32>(ctx, "small"); });
    CHECK_CONTAINS(told, "small.safetensors: expected sha256 " + right + ", found " + wrong);
    CHECK_CONTAINS(told, "install it again");
    CHECK(told.find('\n') == std::string::npos);

    std::filesystem::remove(path);
    CHECK_CONTAINS(refusal([&] { encode::load_pretrained<t32>(ctx, "small"); }),
                   "small.safetensors");
}

TEST_CASE("what is not there is answered with what is", "[pretrained][quick]") {
    const scratch_folder folder;
    context ctx{.seed = 3};
    folder_with_encoder(ctx, folder.name());
    const auto known = encode::pretrained_encoders(folder.name());
    CHECK_CONTAINS(refusal([&] { encode::find_pretrained(known, "large"); }),
                   "one of small, found large");
    CHECK_CONTAINS(refusal([&] {
                       encode::find_pretrained(known,
                                               skeleton::dynamic::copy_of(skeleton::kinect20{}));
                   }),
                   "the joints of body25_upper15, found kinect20 with 20 joints");
    auto spelt = skeleton::dynamic::copy_of(skeleton::body25_upper15{});
    spelt.joints[2] = "RShoulder";
    CHECK(encode::find_pretrained(known, spelt).name == "small");

    const auto index = [&](const std::string& content) {
        io::write_file(folder / "encoders.json", content);
        return refusal([&] { encode::pretrained_encoders(folder.name()); });
    };
    CHECK_CONTAINS(index("{"), "encoders.json");
    CHECK_CONTAINS(index(R"({"encoders": 1})"), "encoders");
    CHECK_CONTAINS(index(R"({"encoders": [{"name": "small"}]})"), "file");
    for (const std::string file : {"../small", "/etc/small", "c:small", "", "a\\\\b"})
        CHECK_CONTAINS(index(index_of(file, "")), "the name of a file beside encoders.json");
}
