// SPDX-License-Identifier: MIT
// mgfm list: the encoders and methods that there are, with what they cost.
#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <type_traits>
#include <vector>

#include "commands.hpp"
#include "mgkit/encode/any_encoder.hpp"
#include "mgkit/nn/values.hpp"
#include "mgkit/pretext/list.hpp"
#include "mgkit/pretext/make_method.hpp"
#include "mgkit/report/escape.hpp"
#include "mgkit/report/table.hpp"
#include "mgkit/skeleton/built_in.hpp"
#include "mgkit/skeleton/graph.hpp"
#include "mgkit/testing/symbolic.hpp"
#include "mgkit/version.hpp"
#include "options.hpp"
#include "outputs.hpp"
#include "views.hpp"

namespace mgfm {

using namespace mgkit;

namespace {

using testing::symbolic;

struct list_options {
    std::string skeleton = "ntu25", json;
    encode::clip_extents clip{};
};

struct listed_setting {
    std::string name, value;
    bool training = false;  ///< features do not depend on it
};

struct listed_encoder {
    std::string name, source;
    std::vector<listed_setting> settings;
    std::int64_t parameters = 0;
    double gmac = 0;  ///< of one clip
    int features = 0;
};

/// The settings with their values, as files and --set spell them.
template <class S>
std::vector<listed_setting> listed(const S& settings) {
    std::vector<listed_setting> out;
    S::each_named(
        settings, [&out]<class V>(const char* name, const V& value,
                                  encode::setting_role role = encode::setting_role::features) {
            std::string words;
            if constexpr (std::convertible_to<const V&, std::string_view>)
                words = std::string(std::string_view(value));
            else if constexpr (std::is_enum_v<V> || std::is_same_v<V, bool>)
                words = nn::exact(static_cast<int>(value));
            else
                words = nn::exact(value);
            out.push_back({name, std::move(words), role == encode::setting_role::training});
        });
    return out;
}

/// An encoder with its own defaults, made for clips of these extents and counted on shapes alone.
template <class E>
listed_encoder listed_of(const encode::clip_extents& clip, const std::string& graph) {
    listed_encoder out{.name = E::name, .source = {}, .settings = {}};
    if constexpr (requires { std::string(E::source); }) out.source = E::source;
    typename E::settings settings;
    out.settings = listed(settings);
    nn::fact_map facts;
    encode::clip_extents::each_named(
        clip, [&facts](const char* name, int value) { facts[name] = nn::exact(value); });
    for (const auto& setting : out.settings)
        if (setting.name == "graph" && setting.value.empty()) facts["graph"] = graph;
    settings = encode::settings_of<typename E::settings>(facts, "mgfm list");
    context ctx;
    E model(nn::scope(ctx, "encoder"), settings);
    out.parameters = nn::parameter_count(model);
    out.features = model.features();
    testing::counts(ctx) = {};
    const symbolic clips(shape{1, clip.channels, clip.frames, clip.joints, clip.persons});
    model(ctx, clips);
    out.gmac = static_cast<double>(testing::counts(ctx).multiply_adds) * 1e-9;
    return out;
}

std::string decimals(double value) {
    char buffer[32];
    std::snprintf(buffer, sizeof buffer, "%.4g", value);
    return buffer;
}

void run_list(list_options& o) {
    const skeleton::dynamic joints = skeleton::find_built_in(o.skeleton).value();
    o.clip.joints = skeleton::joint_count(joints);
    const std::string graph = skeleton::graph_text(skeleton::graph_of(joints));
    const std::string clip = text("1 clip of ", o.clip.channels, " channels, ", o.clip.frames,
                                  " frames, ", o.clip.joints, " joints (", o.skeleton, "), ",
                                  o.clip.persons, o.clip.persons == 1 ? " person" : " persons");
    std::vector<listed_encoder> encoders;
    encode::all<symbolic>::for_each(
        [&]<class E>(type_tag<E>) { encoders.push_back(listed_of<E>(o.clip, graph)); });
    report::table costs({{"encoder", report::align::left},
                         {"parameters", report::align::right},
                         {"GMAC", report::align::right},
                         {"features", report::align::right},
                         {"source", report::align::left}});
    std::string words, settings;
    io::json json = io::json::array();
    for (const auto& one : encoders) {
        costs.add({one.name, text(one.parameters), decimals(one.gmac), text(one.features),
                   one.source.empty() ? "-" : one.source});
        io::json of = io::json::array();
        std::string line;
        for (const auto& s : one.settings) {
            of.push_back({{"name", s.name}, {"default", s.value}, {"training_only", s.training}});
            if (s.name == "channels" || s.name == "frames" || s.name == "joints" ||
                s.name == "persons")
                continue;
            line += (line.empty() ? "" : ", ") + s.name + "=" +
                    (s.value.empty() && s.name == "graph" ? "(the clips')" : s.value);
        }
        settings += one.name + ": " + line + "\n";
        json.push_back({{"name", one.name},
                        {"source", one.source.empty() ? io::json(nullptr) : io::json(one.source)},
                        {"parameters", one.parameters},
                        {"gmac", one.gmac},
                        {"features", one.features},
                        {"settings", std::move(of)}});
    }
    io::json methods = io::json::array();
    std::string method_lines;
    pretext::all<symbolic>::for_each([&]<class M>(type_tag<M>) {
        constexpr pretext::method_traits is = pretext::traits_of<M>();
        constexpr int views = is.wanted_views;
        methods.push_back({{"name", M::name},
                           {"uses_labels", is.uses_labels},
                           {"two_streams", is.two_streams},
                           {"feature_map", is.needs_map},
                           {"views", views > 0 ? io::json(views) : io::json(nullptr)}});
        method_lines +=
            text(M::name, is.uses_labels ? ": learns from labels (mgfm train)" : ": no labels",
                 is.two_streams ? ", encoders of two streams"
                 : is.needs_map ? ", graph networks"
                                : ", any encoder",
                 views > 0 ? text(", ", views, " views") : std::string(), "\n");
    });
    io::json views = io::json::array();
    for (const char* preset : {"reference", "mg", "none"}) views.push_back(preset);
    std::string view_line = "reference, mg, none, or joined by +: ";
    for (const std::string& name : stage_names()) {
        view_line += (views.size() > 3 ? ", " : "") + name;
        views.push_back(name);
    }
    put_json(o.json, {{"kind", "list"},
                      {"program", "mgfm list"},
                      {"version", mgkit::version},
                      {"clip",
                       {{"channels", o.clip.channels},
                        {"frames", o.clip.frames},
                        {"joints", o.clip.joints},
                        {"persons", o.clip.persons},
                        {"skeleton", o.skeleton}}},
                      {"encoders", std::move(json)},
                      {"methods", std::move(methods)},
                      {"views", views}});
    print("Encoders with their own defaults; parameters and multiply-adds of matrix products of " +
              clip + "\n\n" + costs.str() + "\nSettings (--set key=value)\n" + settings +
              "\nMethods (--method)\n" + method_lines + "\nViews (--views)\n" + view_line + "\n",
          o.json);
}

}  // namespace

void add_list(CLI::App& program) {
    auto options = std::make_shared<list_options>();
    CLI::App* command = program.add_subcommand(
        "list",
        "Print the encoders with their settings, sizes, cost for a clip and sources, the training "
        "methods and the augmentations. Everything is counted from the networks themselves.");
    command->footer("Example: mgfm list --skeleton upper_body --frames 64 --persons 1");
    command->option_defaults()->group("Clip that is counted");
    command->add_option("--skeleton", options->skeleton, "Its joints and bones")
        ->check(CLI::IsMember(skeleton_names()))
        ->capture_default_str();
    command->add_option("--channels", options->clip.channels, "Its channels")
        ->check(CLI::Range(1, 64))
        ->capture_default_str();
    command->add_option("--frames", options->clip.frames, "Its frames")
        ->check(CLI::Range(2, 200))
        ->capture_default_str();
    command->add_option("--persons", options->clip.persons, "Its persons")
        ->check(CLI::Range(1, 16))
        ->capture_default_str();
    add_json(*command, options->json, "The list");
    command->callback([options] { run_list(*options); });
}

}  // namespace mgfm
